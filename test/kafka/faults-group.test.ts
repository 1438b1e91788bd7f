import assert from 'node:assert/strict';
import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { filesIn, jsonAlert, newFolder, startClient } from '../support/client.ts';
import { numberedAlerts, slowly } from '../support/faults.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { numbersBelow, hookedKinds, outputOptions, savedAlerts } from '../support/saved.ts';

const COUNT = 1_000;
const PARTITIONS = 4;
/** Longer than any session here. */
const FROZEN_MS = 6_000;

/** How members share the partitions: strategies of the classic protocol, and the new one. */
const protocols = ['range', 'cooperative-sticky', 'consumer'] as const;

/** With the new protocol the session's length is the broker's: 3 s here. */
function protocolOptions(protocol: (typeof protocols)[number], sessionMs: number): string[] {
  return protocol === 'consumer'
    ? ['--group-protocol', 'consumer']
    : [
        ...['-X', `partition.assignment.strategy=${protocol}`],
        ...['-X', `session.timeout.ms=${sessionMs}`, '-X', 'heartbeat.interval.ms=300'],
      ];
}

/** A topic of COUNT alerts, and the options of a slow member of a group of its own. */
async function slowMember(
  t: TestContext,
): Promise<{ dir: string; topic: string; group: string; args: string[] }> {
  const dir = newFolder(t);
  const topic = await newTopic(PARTITIONS);
  const group = unique('group');
  await produce(topic, numberedAlerts(COUNT, PARTITIONS));
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  return { dir, topic, group, args: [topic, '-d', dir, '-g', group, ...slowly(t), ...broker] };
}

async function allIsCommitted(group: string, topic: string): Promise<void> {
  await until(
    'all is committed',
    async () => {
      const { committed, ends } = await groupOffsets(group, topic, PARTITIONS);
      return committed.join() === ends.join();
    },
    120_000,
  );
}

/** When each alert's file was changed last. */
function writtenAt(dir: string): (string | number)[][] {
  return filesIn(dir)
    .filter((path) => path.endsWith('.json') && !path.startsWith('_'))
    .map((path) => [path, statSync(join(dir, path)).mtimeMs]);
}

/** A preload under which the main thread does something while a control file is there. */
function mainThread(
  t: TestContext,
  body: (control: string) => string,
): { env: NodeJS.ProcessEnv; control: string } {
  const dir = newFolder(t);
  const [control, preload] = [join(dir, 'control'), join(dir, 'preload.mjs')];
  writeFileSync(
    preload,
    `import { existsSync } from 'node:fs';
    import { isMainThread } from 'node:worker_threads';
    ${body(JSON.stringify(control))}`,
  );
  return { env: { NODE_OPTIONS: `--import ${preload}` }, control };
}

for (const kind of hookedKinds) {
  for (const protocol of protocols) {
    test(`${kind}: members come and go with ${protocol}; each alert is saved, and all is committed`, {
      skip: skipKafka,
    }, async (t) => {
      const { dir, topic, group, args } = await slowMember(t);
      const options = [...args, ...outputOptions(kind), ...protocolOptions(protocol, 3_000)];
      const stays = startClient(t, options);
      await stays.says(/Assigned/);
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        const guest = startClient(t, options);
        await guest.says(/Assigned/);
        guest.process.kill(signal);
        const { code, stderr } = await guest.ended;
        if (signal === 'SIGTERM') assert.equal(code, 0, stderr);
      }
      await allIsCommitted(group, topic);
      stays.process.kill('SIGTERM');
      const { code, stderr } = await stays.ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
    });
  }

  for (const protocol of ['range', 'consumer'] as const) {
    test(`${kind}: a member that is frozen past its session wakes up, sets nobody back and works on, with ${protocol}`, {
      skip: skipKafka,
    }, async (t) => {
      const { dir, topic, group, args } = await slowMember(t);
      const options = [...args, ...outputOptions(kind), ...protocolOptions(protocol, 2_000)];
      const zombie = startClient(t, options);
      await until('some are saved', () => savedAlerts(dir, kind).length > 50);
      zombie.process.kill('SIGSTOP');
      const heir = startClient(t, options);
      // Once the session has ended all partitions are the heir's.
      await allIsCommitted(group, topic);
      await produce(topic, numberedAlerts(COUNT + 200, PARTITIONS).slice(COUNT));
      zombie.process.kill('SIGCONT');
      await zombie.says(/Gave up .*Assigned /s);
      await allIsCommitted(group, topic);
      for (const member of [zombie, heir]) {
        member.process.kill('SIGTERM');
        const { code, stderr } = await member.ended;
        assert.equal(code, 0, stderr);
      }
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT + 200));
      const { committed, ends } = await groupOffsets(group, topic, PARTITIONS);
      assert.deepEqual(committed, ends, 'the zombie set nothing back');
    });
  }

  for (const protocol of ['range', 'consumer'] as const) {
    test(`${kind}: a member whose main thread stands still for longer than max.poll.interval.ms joins again, with ${protocol}`, {
      skip: skipKafka,
    }, async (t) => {
      const { dir, topic, group, args } = await slowMember(t);
      const { env, control } = mainThread(
        t,
        (file) => `const nap = new Int32Array(new SharedArrayBuffer(4));
      if (isMainThread) setInterval(() => {
        while (existsSync(${file})) Atomics.wait(nap, 0, 0, 20);
      }, 20).unref();`,
      );
      const client = startClient(
        t,
        [
          ...[...args, ...outputOptions(kind)],
          ...['-X', 'max.poll.interval.ms=3000'],
          ...protocolOptions(protocol, 3_000),
        ],
        env,
      );
      await until('some are saved', () => savedAlerts(dir, kind).length > 50);
      writeFileSync(control, '');
      const since = performance.now();
      await until('the time was exceeded', () => performance.now() - since > 6_000);
      rmSync(control);
      await client.says(/Gave up .*Assigned /s);
      await allIsCommitted(group, topic);
      client.process.kill('SIGTERM');
      const { code, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
    });
  }

  test(`${kind}: a clock that is set back a day in mid-stream changes nothing`, {
    skip: skipKafka,
  }, async (t) => {
    const { dir, topic, group, args } = await slowMember(t);
    const { env, control } = mainThread(
      t,
      (file) => `const { now } = Date;
      Date.now = () => now() - (existsSync(${file}) ? 86_400_000 : 0);`,
    );
    const client = startClient(t, [...args, ...outputOptions(kind)], env);
    await until('some are saved', () => savedAlerts(dir, kind).length > 50);
    writeFileSync(control, '');
    await allIsCommitted(group, topic);
    client.process.kill('SIGTERM');
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
  });
}

for (const protocol of ['range', 'consumer'] as const) {
  test(`json: a member that is frozen past its session and wakes up leaves what the heir has saved under the same names, with ${protocol}`, {
    skip: skipKafka,
  }, async (t) => {
    const names = 100;
    const dir = newFolder(t);
    const topic = await newTopic(PARTITIONS);
    const group = unique('group');
    await produce(
      topic,
      numbersBelow(COUNT).map((i) => ({
        value: jsonAlert(i, { name: `n${i % names}`, filler: 'x'.repeat(3_000) }),
        partition: i % PARTITIONS,
      })),
    );
    const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
    const options = [
      ...[topic, '-d', dir, '-g', group, ...broker, '--path', '{topic}/{.name}.json'],
      ...protocolOptions(protocol, 2_000),
    ];
    const zombie = startClient(t, [...options, ...slowly(t, 20)]);
    await until('some are saved', () => savedAlerts(dir, 'json').length > 20);
    zombie.process.kill('SIGSTOP');
    const frozenAt = performance.now();
    startClient(t, options);
    await allIsCommitted(group, topic);
    await until('it was frozen for long', () => performance.now() - frozenAt > FROZEN_MS);
    const latest = numbersBelow(COUNT).slice(-names);
    assert.deepEqual(savedAlerts(dir, 'json'), latest);
    const written = writtenAt(dir);
    zombie.process.kill('SIGCONT');
    await zombie.says(/stood still.*Gave up .*Assigned /s);
    assert.deepEqual(savedAlerts(dir, 'json'), latest);
    assert.deepEqual(writtenAt(dir), written, 'nothing was written, not even for a moment');
    await produce(topic, [{ value: jsonAlert(COUNT, { name: 'n0' }), partition: 0 }]);
    await allIsCommitted(group, topic);
  });
}
