import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newFolder } from '../support/client.ts';
import { skipKafka, until } from '../support/kafka.ts';
import { projectRoot } from '../support/samples.ts';

/** `npm run kafka` on its own, with its CA file as it prints it. The broker's folder is the CA file's grandparent. */
async function startBroker(
  t: TestContext,
): Promise<{ pid: number; folder: string; ended: Promise<unknown> }> {
  const launcher = spawn(process.execPath, [join(projectRoot, 'scripts', 'kafka', 'start.mjs')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: newFolder(t) },
  });
  t.after(() => launcher.kill('SIGKILL'));
  const ended = once(launcher, 'close');
  let output = '';
  for (const stream of [launcher.stdout, launcher.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await until(
    'the addresses',
    () => {
      if (launcher.exitCode !== null) throw new Error(`The broker did not start:\n${output}`);
      return output.includes('SCRAM-SHA-512)');
    },
    90_000,
  );
  const folder = /CA file: (.*)\/certs\/ca\.pem/.exec(output)?.[1];
  assert.ok(folder !== undefined && existsSync(folder), output);
  assert.equal(new Set(output.match(/localhost:\d+/g)).size, 3, 'three listeners on three ports');
  return { pid: launcher.pid ?? 0, folder, ended };
}

test('a broker that is stopped takes its folder with it', { skip: skipKafka }, async (t) => {
  const { pid, folder, ended } = await startBroker(t);
  process.kill(pid, 'SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  assert.ok(!existsSync(folder));
});

test('a broker does not outlive the one who started it, even when that one is killed', {
  skip: skipKafka,
}, async (t) => {
  const { pid, folder, ended } = await startBroker(t);
  process.kill(pid, 'SIGKILL');
  await ended;
  // It is removed only once the broker has ended.
  await until('the folder to go', () => !existsSync(folder));
});
