import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSchema } from '../../../../src/worker/decode/avro/schema.ts';
import { SchemaCache } from '../../../../src/worker/decode/avro/schema-cache.ts';
import { long, recordOf, valueOf } from '../../../support/avro.ts';
import { assertBad } from '../../../support/transcode.ts';

test('defaults are ignored, also those that do not fit their type', () => {
  const type = {
    type: 'record',
    name: 'R',
    fields: [{ name: 'mag', type: ['float', 'null'], default: null }],
  };
  assert.equal(valueOf(type, long(1)), '{"mag":null}');
});

test('names are looked up in their namespaces', () => {
  const type = {
    type: 'record',
    name: 'Outer',
    namespace: 'lsst.v9',
    fields: [
      { name: 'a', type: { type: 'enum', name: 'Band', symbols: ['g', 'r'] } },
      {
        name: 'b',
        type: { type: 'record', name: 'other.Inner', fields: [{ name: 'c', type: 'lsst.v9.Band' }] },
      },
      { name: 'd', type: 'Band' },
      { name: 'e', type: { type: 'enum', name: 'Band', namespace: 'other', symbols: ['x', 'y'] } },
      { name: 'f', type: ['null', 'other.Band', 'Band'] },
    ],
  };
  const bytes = Buffer.concat([0, 1, 1, 1, 2, 0].map(long));
  assert.equal(valueOf(type, bytes), '{"a":"g","b":{"c":"r"},"d":"r","e":"y","f":"g"}');
});

test('a type may hold itself', () => {
  const list = {
    type: 'record',
    name: 'List',
    fields: [
      { name: 'v', type: 'int' },
      { name: 'next', type: ['null', 'List'] },
    ],
  };
  assert.equal(valueOf(list, Buffer.concat([7, 1, 8, 0].map(long))), '{"v":7,"next":{"v":8,"next":null}}');
});

test('a type that holds itself for ever is too deep', () => {
  const endless = { type: 'record', name: 'R', fields: [{ name: 'r', type: 'R' }] };
  assertBad('TOO_DEEP', () => valueOf(endless, Buffer.alloc(1)), /200 levels/);
  const union = [
    { type: 'array', items: ['null', { type: 'record', name: 'R', fields: [{ name: 'r', type: 'R' }] }] },
  ];
  assertBad('TOO_DEEP', () => valueOf(union, Buffer.concat([0, 1, 1].map(long))));
});

test('a small schema whose records hold each other twice cannot write for ever', () => {
  // 2^40 empty records, of not a single byte.
  let type: unknown = { type: 'record', name: 'R0', fields: [] };
  for (let i = 1; i <= 40; i++) {
    type = {
      type: 'record',
      name: `R${i}`,
      fields: [
        { name: 'a', type },
        { name: 'b', type: `R${i - 1}` },
      ],
    };
  }
  assertBad('TOO_LARGE', () => valueOf(type, Buffer.alloc(1), { indent: 4 }), /more than \d+ records/);
});

const unusable: [string, unknown, RegExp][] = [
  ['a type that is not defined', 'Missing', /"Missing" is not defined/],
  ['a type that is a number', 5, /5 is no type/],
  ['a property of every object', 'constructor', /"constructor" is not defined/],
  ['a record without fields', { type: 'record', name: 'R' }, /R has no fields/],
  ['a record without a name', { type: 'record', fields: [] }, /no name/],
  ['a field that is null', { type: 'record', name: 'R', fields: [null] }, /a field of R has no name/],
  ['a field without a type', { type: 'record', name: 'R', fields: [{ name: 'a' }] }, /no type/],
  [
    'a field twice',
    { type: 'record', name: 'R', fields: ['int', 'int'].map((type) => ({ name: 'a', type })) },
    /twice/,
  ],
  ['an enum without symbols', { type: 'enum', name: 'E' }, /no symbols/],
  ['a fixed of negative size', { type: 'fixed', name: 'F', size: -1 }, /no size/],
  ['an array of nothing', { type: 'array' }, /no type/],
  ['an empty object', {}, /no type/],
];

for (const [what, type, text] of unusable) {
  test(`a schema with ${what} is refused`, () => {
    assertBad('BAD_SCHEMA', () => compileSchema(JSON.stringify(recordOf(type))), text);
  });
}

test('a schema that is no JSON, or nested without end, is refused', () => {
  assertBad('BAD_SCHEMA', () => compileSchema('{'), /not JSON/);
  assertBad('BAD_SCHEMA', () => compileSchema('['.repeat(5_000) + ']'.repeat(5_000)), /nested deeper/);
  assertBad(
    'BAD_SCHEMA',
    () => compileSchema(`${'{"type":'.repeat(500)}"int"${'}'.repeat(500)}`),
    /nested deeper/,
  );
});

test('a schema is compiled once, and a million distinct ones do not fill the memory', () => {
  const cache = new SchemaCache();
  const text = (name: number): string => JSON.stringify({ type: 'enum', name: `E${name}`, symbols: ['A'] });
  const first = cache.get(text(0));
  assert.equal(cache.get(text(0)), first);
  for (let i = 1; i < 64; i++) cache.get(text(i));
  // Used again, so the others are forgotten before it.
  assert.equal(cache.get(text(0)), first);
  for (let i = 64; i < 100; i++) cache.get(text(i));
  assert.equal(cache.get(text(0)), first);
  const forgotten = cache.get(text(1));
  for (let i = 100; i < 200; i++) cache.get(text(i));
  assert.notEqual(cache.get(text(1)), forgotten);
});

test('a few very long schemas do not fill it either: the longest unused go first', () => {
  const cache = new SchemaCache();
  const long = (name: number): string =>
    JSON.stringify({ type: 'enum', name: `E${name}`, symbols: ['A'], doc: 'x'.repeat(900_000) });
  const kept = cache.get(long(4));
  const [first, second] = [cache.get(long(0)), cache.get(long(1))];
  for (let i = 2; i < 4; i++) cache.get(long(i));
  assert.equal(cache.get(long(1)), second);
  assert.notEqual(cache.get(long(4)), kept);
  assert.notEqual(cache.get(long(0)), first);
});
