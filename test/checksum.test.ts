import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Crc32c, crc32c } from '../src/checksum.ts';

test('CRC32C is the one of RFC 3720, appendix B.4', () => {
  assert.equal(crc32c(new Uint8Array(32)), '8a9136aa');
  assert.equal(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), '46dd794e');
});

test('the checksum is the same in one piece, in several, and where it goes on from another', () => {
  const parts = new Crc32c().add(Buffer.from('1234')).add(Buffer.alloc(0)).add(Buffer.from('56789'));
  assert.equal(String(parts), crc32c('123456789'));
  const half = new Crc32c().add(Buffer.from('1234'));
  assert.equal(String(new Crc32c(half.value).add(Buffer.from('56789'))), crc32c('123456789'));
});

test('the checksum of parts whose bytes are not here is that of the whole', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (parts) => {
      const joined = new Crc32c();
      for (const part of parts) joined.addChecked(new Crc32c().add(part).value, part.length);
      assert.equal(String(joined), crc32c(Buffer.concat(parts)));
    }),
  );
});

test('a part may be so long that its bits have no number of 32 bits', () => {
  const zeros = new Uint8Array(1 << 20);
  const whole = new Crc32c();
  const half = new Crc32c().addChecked(new Crc32c().add(zeros).value, zeros.length);
  const doublings = 10;
  for (let i = 0; i < 2 ** doublings; i++) whole.add(zeros);
  let bytes = zeros.length;
  for (let i = 0; i < doublings; i++, bytes *= 2) half.addChecked(half.value, bytes);
  assert.equal(bytes, 2 ** 30);
  assert.equal(half.value, whole.value);
});
