import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { wasmMemory } from 'parquet-wasm';
import { crc32c } from '../../src/checksum.ts';
import { LooseFile } from '../../src/finish/loose-file.ts';
import { NewFile } from '../../src/finish/new-file.ts';
import { writeParquet } from '../../src/finish/parquet-file.ts';
import { looseHead } from '../../src/worker/write/loose-records.ts';
import { newFolder } from '../support/client.ts';

const STAMP_BYTES = 100_000;

test('a file takes no memory of the library for good', async (t) => {
  const dir = newFolder(t);
  const loose = join(dir, 'loose');
  const content = looseRecords(400);
  writeFileSync(loose, content);
  const bytesAfter: number[] = [];
  for (let i = 0; i < 8; i++) {
    const from = new LooseFile(loose, crc32c(content));
    const to = new NewFile(join(dir, `${i}.parquet`));
    await writeParquet(from, to);
    from.close();
    to.close();
    bytesAfter.push(memoryBytes());
  }
  // The first files find out how much is needed.
  assert.equal(bytesAfter.at(-1), bytesAfter[2], `the library holds ${bytesAfter.join(', ')} bytes`);
});

function memoryBytes(): number {
  return wasmMemory().buffer.byteLength;
}

/** Alerts with a stamp each, as a segment holds them before it is finished. */
function looseRecords(count: number): Buffer {
  const schemaText = JSON.stringify({
    type: 'record',
    name: 'alert',
    fields: [{ name: 'stamp', type: 'bytes' }],
  });
  const parts: Uint8Array[] = [looseHead({ kind: 'avro', schemaText })];
  // Avro's length of the stamp: zigzag, seven bits a byte.
  const length = 2 * STAMP_BYTES;
  const varint = Buffer.from([(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(varint.length + STAMP_BYTES);
  for (let i = 0; i < count; i++) parts.push(size, varint, randomBytes(STAMP_BYTES));
  return Buffer.concat(parts);
}
