import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, gzipSync } from 'node:zlib';
import { openContainer } from '../../src/worker/decode/avro/container.ts';
import { SchemaCache } from '../../src/worker/decode/avro/schema-cache.ts';
import { DecodeError } from '../../src/worker/decode/error.ts';
import { escapeName } from '../../src/worker/name/escape.ts';
import { container, long, recordOf, valueOf } from '../support/avro.ts';
import { messageOf } from '../support/samples.ts';
import { assertBad, jsonOf, transcoder } from '../support/transcode.ts';

/*
 * Messages that once took minutes, or all memory, for what should take a moment. Sizes are such that the old way would not have come
 * to its end.
 */

/** What a hook that returns the alert as it was given brings about. */
function throughHook(text: string): string {
  const [alert] = transcoder().transcodeWithObjects(messageOf(Buffer.from(text)));
  assert.ok(alert);
  return Buffer.from(alert.encodeReturned(alert.alert)).toString();
}

test('for a hook, what lies below a long key costs no more than below a short one', () => {
  const inner = Array.from({ length: 20_000 }, (_, i) => `"n${i}":1.50`).join();
  const text = `{"${'k'.repeat(2_000_000)}":{${inner}},"list":[${'{"x":1.50},'.repeat(20_000)}0]}`;
  assert.equal(throughHook(text), text);
});

test('a container of a hundred thousand empty blocks is read once through', () => {
  const blocks = Array.from({ length: 99_999 }, () => ({ records: 0, bytes: Buffer.alloc(0) }));
  const last = { records: 1, bytes: long(7) };
  assert.deepEqual(jsonOf(container(recordOf('int'), [...blocks, last])), ['{"x":7}']);
});

test('each alert of a container is a file, so there may not be millions', () => {
  const blocks = [{ records: 100_001, bytes: Buffer.alloc(100_001) }];
  assertBad('TOO_LARGE', () => jsonOf(container(recordOf('int'), blocks)), /more than 100000 records/);
  const empty = Array.from({ length: 100_001 }, () => ({ records: 0, bytes: Buffer.alloc(0) }));
  assertBad('TOO_LARGE', () => jsonOf(container(recordOf('int'), empty)), /blocks/);
});

test('a small deflated block keeps no more memory than it needs', () => {
  const { blocks } = openContainer(
    container(
      recordOf('int'),
      Array.from({ length: 3 }, () => ({ records: 1, bytes: long(7) })),
      { codec: 'deflate' },
    ),
    new SchemaCache(),
  );
  for (const { bytes } of blocks)
    assert.ok(bytes.buffer.byteLength <= 16_384, String(bytes.buffer.byteLength));
});

test('values that take no bytes are bounded, those that take some are not', () => {
  const empty = { type: 'array', items: { type: 'fixed', name: 'Nothing', size: 0 } };
  const announced = (count: number): Buffer => Buffer.concat([long(count), long(0)]);
  assertBad('TOO_LARGE', () => valueOf(empty, announced(19_000_000)), /items are announced/);
  assert.equal(valueOf({ type: 'array', items: 'null' }, announced(3)), '[null,null,null]');
  const booleans = Buffer.concat([long(1_000_000), Buffer.alloc(1_000_000), long(0)]);
  assert.equal(valueOf({ type: 'array', items: 'boolean' }, booleans).length, 6_000_001);
});

test('a bomb is noticed long before it fills the memory', () => {
  const zeros = Buffer.alloc(100_000_000);
  assertBad('TOO_LARGE', () => jsonOf(deflateSync(zeros)), /decompresses to more than [34]\d{7} bytes/);
  assertBad('TOO_LARGE', () => jsonOf(gzipSync(zeros)), /decompresses/);
  assertBad(
    'TOO_LARGE',
    () => jsonOf(container(recordOf('int'), [{ records: 1, bytes: zeros }], { codec: 'deflate' })),
    /decompresses/,
  );
});

test('a string of millions of escapes is read in one piece', () => {
  const text = `{"x":"${'\\n'.repeat(5_000_000)}","y":"${'\\u00e9'.repeat(1_000_000)}"}`;
  assert.ok(jsonOf(text)[0] === text);
});

test('50 MB of one string come out whole, plain or not', () => {
  for (const first of ['a', '\\u00e9']) {
    const text = `{"x":"${first}${'a'.repeat(50_000_000)}"}`;
    assert.ok(jsonOf(text)[0] === text, first);
  }
});

test('a key of 10 MB is written as any other, at every indent', () => {
  for (const text of ['k'.repeat(10_000_000), 'é'.repeat(2_000_000)]) {
    const value = { a: { [text]: 1, b: 2, [`${text}c`]: [] } };
    const escaped = (indent: number): string =>
      JSON.stringify(value, null, indent).replaceAll('é', '\\u00e9');
    assert.ok(jsonOf(JSON.stringify(value))[0] === escaped(0));
    assert.ok(jsonOf(JSON.stringify(value), { indent: 4 })[0] === escaped(4));
  }
  const twice = 'k'.repeat(5_000);
  assert.deepEqual(jsonOf(`{"${twice}":1,"b":2,"${twice}":3}`), [`{"${twice}":3,"b":2}`]);
});

test('so many distinct keys that they would fill the memory are refused', () => {
  const text = (count: number): string =>
    `{${Array.from({ length: count }, (_, i) => `"${i.toString(36)}":1`).join()}}`;
  assert.ok(jsonOf(text(150_000))[0] === text(150_000));
  assertBad('TOO_LARGE', () => jsonOf(text(2_000_000)), /different keys/);
});

test('so many values that an object of them would fill the memory are refused where one must be made', () => {
  const many = `{"x":[${'1,'.repeat(1_500_000)}1]}`;
  assert.ok(jsonOf(many)[0] === many);
  assertBad('TOO_LARGE', () => throughHook(many), /more than 1000000 values/);
  assertBad('TOO_LARGE', () => jsonOf(`{"y":1,"y":1,${many.slice(1)}`), /more than 1000000 values/);
});

test('a name of 10 MB is cut before it is escaped', () => {
  for (const letter of ['/', '.', 'é', '\ud800', 'a']) {
    const name = escapeName(letter.repeat(10_000_000));
    assert.match(name, /^[^/]{60,183}~[0-9a-f]{16}$/u);
    assert.notEqual(name, escapeName(letter.repeat(10_000_001)));
  }
});

test('what a message is said to be wrong with is short, and nothing for a terminal to obey', () => {
  const name = '\u001b[2J\n'.repeat(1_000_000);
  const key = Buffer.from(JSON.stringify({ type: 'record', name, fields: 1 }));
  assert.throws(
    () => jsonOf(Buffer.alloc(1), { format: 'fink' }, { key }),
    (error: unknown) =>
      error instanceof DecodeError && error.message.length < 10_000 && /^[ -~…]+\.$/.test(error.message),
  );
});
