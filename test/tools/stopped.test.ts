import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newFolder, startClient } from '../support/client.ts';
import { freePort } from '../support/faults.ts';
import { putSegment } from '../support/output-folder.ts';

test('a subcommand that a signal ends before the broker answered says so, shows no result, and ends with 128 + signal', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
  putSegment(dir, { topic: 'ztf', partition: 1, first: 0, last: 9, extension: 'raw' });
  const broker = `localhost:${await freePort()}`;
  const at = ['--bootstrap-servers', broker];
  for (const [signal, exitCode, args] of [
    ['SIGINT', 130, ['verify', dir, '--against', broker]],
    ['SIGINT', 130, ['topics', ...at]],
    ['SIGTERM', 143, ['peek', 'ztf', ...at]],
    ['SIGTERM', 143, ['replay', dir, ...at]],
    ['SIGINT', 130, ['lag', '-g', 'group', ...at]],
  ] as const) {
    const client = startClient(t, args);
    await client.says(/Trying again/);
    client.process.kill(signal);
    const { code, stdout, stderr } = await client.ended;
    assert.equal(code, exitCode, stderr);
    assert.equal(stdout, '');
    assert.ok(
      stderr.endsWith(`Ended by ${signal} before it was done: ${broker} had not answered.\n`),
      stderr,
    );
  }
});
