import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { Crc32c } from '../../src/checksum.ts';
import { Descriptors } from '../../src/segment/descriptors.ts';
import { newFolder } from '../support/client.ts';

/** What happens to a file that is opened. */
let onOpened: (handle: FileHandle) => void = () => undefined;

const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');
const { open } = fs.promises;
fs.promises.open = async (...given) => {
  const handle = await open(...given);
  onOpened(handle);
  return handle;
};
syncBuiltinESMExports();
// Only now: what it imports by name from Node.js is the one above.
const { SegmentFile } = await import('../../src/segment/segment-file.ts');

function fileIn(t: TestContext, temporary: string, descriptors: Descriptors | null = null) {
  const folder = newFolder(t);
  const file = new SegmentFile({
    ...{ folder, temporary, descriptors, head: new Uint8Array(0), finishing: null },
    onTrouble: (error) => {
      if (error !== null) throw error;
    },
  });
  t.after(() => {
    onOpened = () => undefined;
  });
  const append = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const bytes = Buffer.from(text);
      file.append(bytes, new Crc32c().add(bytes).value, resolve);
    });
  return { file, append, content: () => readFileSync(join(folder, temporary), 'utf8') };
}

test('a write of which the disk took a part only goes on behind that part', async (t) => {
  onOpened = (handle) => {
    const write = handle.write.bind(handle) as (...given: unknown[]) => Promise<unknown>;
    handle.write = ((bytes: Uint8Array, from: number, length: number, position: number) =>
      write(bytes, from, Math.min(length, 3), position)) as typeof handle.write;
  };
  const { file, append, content } = fileIn(t, 'a.tmp');
  void append('0123456789');
  void append('abcdefg\n');
  await file.complete(false);
  assert.equal(content(), '0123456789abcdefg\n');
});

test('what a file held when it gave its descriptor back is on the disk, or the file is not whole', async (t) => {
  for (const fails of [false, true]) {
    const synced: string[] = [];
    const { file, append, content } = fileIn(t, 'a.tmp', new Descriptors(1, true));
    onOpened = (handle) => {
      const sync = handle.sync.bind(handle);
      handle.sync = async () => {
        // As the system tells of it: once, and to whoever asks first.
        if (fails && synced.length === 0) {
          synced.push('');
          throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' });
        }
        await sync();
        synced.push(content());
      };
    };
    await append('first\n');
    file.rest(true);
    await append('second\n');
    if (fails) await assert.rejects(file.complete(true), { code: 'EIO' });
    else await file.complete(true);
    assert.deepEqual(synced, [fails ? '' : 'first\n', 'first\nsecond\n']);
  }
});
