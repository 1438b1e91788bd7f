import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { newWriter } from '../../../src/temporary.ts';
import { OutputFolder } from '../../../src/worker/write/folder.ts';
import { OutputError } from '../../../src/worker/write/output-error.ts';

const bytes = Buffer.from('{}');

function newFolder(t: TestContext): { root: string; folder: OutputFolder } {
  const root = mkdtempSync(join(tmpdir(), 'antares-folder-'));
  t.after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  return { root, folder: new OutputFolder(root, newWriter(), 0, []) };
}

test('a night that was archived does not keep a dead letter from being synced', (t) => {
  const { root, folder } = newFolder(t);
  // As with one syncfs for many files: alerts are not synced one by one, dead letters are.
  folder.write('2026-11-24/a.json', bytes, false).publish();
  renameSync(join(root, '2026-11-24'), join(root, 'archive'));
  folder.write('_dead-letter/topic/0-1.bin', bytes, true).publish();
  folder.syncFolders();
  assert.ok(existsSync(join(root, '_dead-letter/topic/0-1.bin')));
});

test('a folder that is taken away before its sync is told once; then it is made again', (t) => {
  const { root, folder } = newFolder(t);
  const write = (): void => {
    folder.write('2026-11-24/a.json', bytes, true).publish();
  };
  write();
  renameSync(join(root, '2026-11-24'), join(root, 'archive'));
  assert.throws(() => {
    folder.syncFolders();
  }, OutputError);
  write();
  folder.syncFolders();
  assert.ok(existsSync(join(root, '2026-11-24/a.json')));
});

test('what a worker that died has left is swept by the others, too, when they write there again', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'antares-folder-'));
  t.after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const writer = newWriter();
  const [dead, other] = [3, 4].map((threadId) => new OutputFolder(root, writer, threadId, []));
  other?.write('night/a.json', bytes, false).publish();
  dead?.write('night/b.json', bytes, false);
  assert.equal(readdirSync(join(root, 'night')).length, 2);
  other?.buried(3);
  other?.write('night/b.json', bytes, false).publish();
  assert.deepEqual(readdirSync(join(root, 'night')).sort(), ['a.json', 'b.json']);
});
