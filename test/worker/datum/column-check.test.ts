import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkColumns } from '../../../src/worker/datum/columns.ts';
import { compileSchema } from '../../../src/worker/decode/avro/schema.ts';
import { long, recordOf, sized } from '../../support/avro.ts';

function check(type: unknown, value: Uint8Array): void {
  checkColumns(compileSchema(JSON.stringify(recordOf(type))))(value);
}
const array = (count: number, item: Buffer): Buffer =>
  Buffer.concat([long(count), Buffer.concat(Array<Buffer>(count).fill(item)), long(0)]);

test('nulls that are one byte each, and one in each of many columns, are too large', () => {
  const fields = Array.from({ length: 2_000 }, (_, i) => ({ name: `f${i}`, type: 'int' }));
  const items = ['null', { type: 'record', name: 'Item', fields }];
  check({ type: 'array', items }, array(1_000, long(0)));
  assert.throws(
    () => {
      check({ type: 'array', items }, array(100_000, long(0)));
    },
    { code: 'TOO_LARGE', message: /In columns it has more than \d+ bytes/ },
  );
});

test('so are records without a byte, and indexes of long symbols', () => {
  const fields = Array.from({ length: 2_000 }, (_, i) => ({ name: `f${i}`, type: 'null' }));
  const records = { type: 'array', items: { type: 'record', name: 'Item', fields } };
  const symbols = { type: 'array', items: { type: 'enum', name: 'E', symbols: ['a', 'b'.repeat(10_000)] } };
  check(records, array(1_000, Buffer.alloc(0)));
  check(symbols, array(1_000, long(1)));
  check(symbols, array(100_000, long(0)));
  for (const [type, value] of [
    [records, array(100_000, Buffer.alloc(0))],
    [symbols, array(100_000, long(1))],
  ] as const) {
    assert.throws(
      () => {
        check(type, value);
      },
      { code: 'TOO_LARGE' },
    );
  }
});

test('a stamp of 200 MB fits', () => {
  check('bytes', sized(Buffer.alloc(200_000_000)));
});

test('a decimal with more digits than its schema says is refused, as is one that no 16 bytes hold', () => {
  const decimal = (precision: number): unknown => ({
    type: 'bytes',
    logicalType: 'decimal',
    precision,
    scale: 1,
  });
  const bytes = (hex: string): Buffer => sized(Buffer.from(hex, 'hex'));
  check(decimal(4), bytes('270f'));
  check(decimal(4), bytes('d8f1'));
  check(decimal(4), bytes(''));
  check(decimal(60), bytes('01'.repeat(25)));
  for (const [precision, hex] of [
    [4, '2710'],
    [4, 'd8f0'],
    [38, `01${'00'.repeat(15)}05`],
  ] as const) {
    assert.throws(
      () => {
        check(decimal(precision), bytes(hex));
      },
      { code: 'BAD_AVRO', message: /more than its \d+ digits/ },
    );
  }
});

test('a map that has a key twice is refused, in one block or in several', () => {
  const type = { type: 'array', items: { type: 'map', values: 'int' } };
  const entry = (key: string): Buffer => Buffer.concat([sized(Buffer.from(key)), long(1)]);
  const block = (...keys: string[]): Buffer => Buffer.concat([long(keys.length), ...keys.map(entry)]);
  const maps = (...blocks: Buffer[][]): Buffer =>
    Buffer.concat([long(blocks.length), ...blocks.flatMap((each) => [...each, long(0)]), long(0)]);
  check(type, maps([block('a', 'b')], [block('a'), block('', 'c')], []));
  for (const twice of [[block('a', 'b', 'a')], [block('a'), block('b', 'a')]]) {
    assert.throws(
      () => {
        check(type, maps([block('a')], twice));
      },
      { code: 'BAD_AVRO', message: /A map has the key "a" twice/ },
    );
  }
});

test('a union within a union is refused, as Avro forbids it', () => {
  assert.throws(
    () => {
      check(['null', ['null', 'int']], long(0));
    },
    { code: 'NO_COLUMNS' },
  );
});

test('a schema of too many types is refused by their number, which is not that of its columns', () => {
  const fields = Array.from({ length: 7_000 }, (_, i) => ({ name: `f${i}`, type: ['null', 'int'] }));
  assert.throws(
    () => {
      check({ type: 'record', name: 'Wide', fields }, Buffer.alloc(7_000));
    },
    { code: 'NO_COLUMNS', message: /more than 20000 types/ },
  );
});
