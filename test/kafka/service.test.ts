import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newFolder, startClient } from '../support/client.ts';
import { withCommand } from '../support/faults.ts';
import { newTopic, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

/** An environment as systemd gives it, with a `systemd-notify` that writes down what it is told. */
function underSystemd(t: TestContext): { env: NodeJS.ProcessEnv; told: () => string[] } {
  const file = join(newFolder(t), 'told');
  const env = withCommand(
    t,
    'systemd-notify',
    `printf '%s|' "$NOTIFY_SOCKET" "$@" >> ${file}; echo >> ${file}`,
  );
  return {
    env: { ...env, NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '1000000' },
    told: () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []),
  };
}

test('systemd is told when it is ready, that it lives, and when it stops', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  const { env, told } = underSystemd(t);
  const client = startClient(
    t,
    [topic, '-g', unique('group'), '--bootstrap-servers', testKafka().bootstrap.plaintext],
    env,
  );
  await until('it is ready and fed the watchdog three times', () => told().length >= 4);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
  await until('it says that it stops', () => told().some((line) => line.includes('STOPPING=1')));
  const [first = '', ...rest] = told();
  assert.equal(first, `/run/systemd/notify|READY=1|STATUS=Reading ${topic}|`);
  assert.ok(
    rest.slice(0, 3).every((line) => line === '/run/systemd/notify|WATCHDOG=1|'),
    rest.join('\n'),
  );
});

test('the watchdog is not fed while the event loop stands still, and again when it turns', {
  skip: skipKafka,
}, async (t) => {
  const { env, told } = underSystemd(t);
  const dir = newFolder(t);
  const [control, preload] = [join(dir, 'block'), join(dir, 'block.mjs')];
  writeFileSync(
    preload,
    `import { existsSync } from 'node:fs';
    import { isMainThread } from 'node:worker_threads';
    const nap = new Int32Array(new SharedArrayBuffer(4));
    if (isMainThread)
      setInterval(() => {
        while (existsSync(${JSON.stringify(control)})) Atomics.wait(nap, 0, 0, 20);
      }, 20).unref();`,
  );
  const client = startClient(
    t,
    [await newTopic(), '-g', unique('group'), '--bootstrap-servers', testKafka().bootstrap.plaintext],
    { ...env, NODE_OPTIONS: `--import ${preload}` },
  );
  await until('the watchdog is fed', () => told().length >= 2);
  writeFileSync(control, '');
  // What was said just before may still be on its way.
  const since = performance.now();
  await until('the loop stands', () => performance.now() - since > 1_000);
  const count = told().length;
  await until('the watchdog had its time', () => performance.now() - since > 3_000);
  assert.equal(told().length, count);
  rmSync(control);
  await until('it is fed again', () => told().length > count);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
});

test('nobody is told anything without systemd', { skip: skipKafka }, async (t) => {
  const { env, told } = underSystemd(t);
  const { code, stderr } = await startClient(
    t,
    [
      ...[await newTopic(), '-g', unique('group'), '--until-end'],
      ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
    ],
    { ...env, NOTIFY_SOCKET: '' },
  ).ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(told(), []);
});
