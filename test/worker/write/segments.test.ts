import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newWriter } from '../../../src/temporary.ts';
import { OutputFolder } from '../../../src/worker/write/folder.ts';
import { Segments } from '../../../src/worker/write/segments.ts';

test('a message of many alerts with images does not use up the descriptors', {
  skip: process.platform === 'linux' ? false : 'Only Linux tells which descriptors are open.',
}, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'antares-segments-'));
  t.after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const sink = new Segments(
    () => assert.fail('No alert is written.'),
    () => '',
    1,
    new OutputFolder(root, newWriter(), 0, []),
    true,
    () => assert.fail('Nothing is sent.'),
  );
  const open = (): number => readdirSync('/proc/self/fd').length;
  const before = open();
  const names = Array.from({ length: 200 }, (_, i) => `${i}.fits`);
  for (const name of names) sink.writeStamp(name, Buffer.from('SIMPLE')).publish();
  assert.ok(open() - before <= 40, `${open() - before} are open`);
  await sink.settle();
  assert.equal(open(), before);
  assert.deepEqual(readdirSync(root).sort(), names.sort());
});
