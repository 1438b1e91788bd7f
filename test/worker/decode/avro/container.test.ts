import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import avsc from 'avsc';
import { container, long, recordOf, sized } from '../../../support/avro.ts';
import { messageOf } from '../../../support/samples.ts';
import { assertBad, jsonOf, transcoder } from '../../../support/transcode.ts';

const schema = recordOf('int');
const one = (value: number): { records: number; bytes: Buffer } => ({ records: 1, bytes: long(value) });

test('a container gives as many alerts as it has records, over all its blocks', () => {
  for (const codec of ['null', 'deflate', null]) {
    const two = { records: 2, bytes: Buffer.concat([long(2), long(3)]) };
    const bytes = container(schema, [one(1), two, { records: 0, bytes: Buffer.alloc(0) }], { codec });
    const alerts = Array.from(
      transcoder().transcode(messageOf(bytes)),
      ({ record, records, bytes: json }) => [record, records, Buffer.from(json).toString()],
    );
    assert.deepEqual(alerts, [
      [0, 3, '{"x":1}'],
      [1, 3, '{"x":2}'],
      [2, 3, '{"x":3}'],
    ]);
  }
});

test('a container without records is no bad message', () => {
  assert.deepEqual(jsonOf(container(schema, [])), []);
});

test('what avsc writes as a container is read as the same', async () => {
  for (const codec of ['null', 'deflate']) {
    const encoder = new avsc.streams.BlockEncoder(schema as avsc.Schema, { codec, blockSize: 100 });
    const chunks: Buffer[] = [];
    const collected = (async () => {
      for await (const chunk of encoder) chunks.push(chunk as Buffer);
    })();
    for (let x = 0; x < 500; x++) encoder.write({ x });
    encoder.end();
    await collected;
    assert.deepEqual(
      jsonOf(Buffer.concat(chunks)),
      Array.from({ length: 500 }, (_, x) => `{"x":${x}}`),
    );
  }
});

test('a codec that cannot be read is named', () => {
  for (const codec of ['snappy', 'zstandard', 'bzip2', 'xz', 'constructor']) {
    assertBad(
      'UNSUPPORTED_CODEC',
      () => jsonOf(container(schema, [one(1)], { codec })),
      new RegExp(`"${codec}"`),
    );
  }
});

test('a wrong sync marker is noticed before any record is given out', () => {
  const bytes = container(schema, [one(1), one(2)]);
  bytes[bytes.length - 1] = 0;
  const seen: unknown[] = [];
  assertBad('BAD_AVRO', () => {
    for (const alert of transcoder().transcode(messageOf(bytes))) seen.push(alert);
  });
  assert.deepEqual(seen, []);
});

test('a torn last record makes the message bad', () => {
  assertBad('TRUNCATED', () =>
    jsonOf(container(schema, [one(1), { records: 1, bytes: Buffer.from([0x80]) }])),
  );
  assertBad('TRUNCATED', () => jsonOf(container(schema, [{ records: 2, bytes: Buffer.from([2, 0x80]) }])));
});

test('bytes behind the last record of a block are refused', () => {
  assertBad('TRAILING_BYTES', () => jsonOf(container(schema, [{ records: 1, bytes: Buffer.from([2, 4]) }])));
  assertBad('TRAILING_BYTES', () =>
    jsonOf(container(schema, [{ records: 1, bytes: Buffer.from([2, 4]) }, one(1)])),
  );
});

test('what Python leaves of a zlib checksum behind a block is passed over', () => {
  const block = deflateRawSync(long(5));
  const withRest = (bytes: number): Buffer => Buffer.concat([block, Buffer.alloc(bytes, 1)]);
  const file = (data: Buffer): Buffer => {
    const head = container(schema, [], { codec: 'deflate' });
    return Buffer.concat([head, long(1), sized(data), head.subarray(-16)]);
  };
  for (const bytes of [0, 3, 4]) assert.deepEqual(jsonOf(file(withRest(bytes))), ['{"x":5}']);
  assertBad('TRAILING_BYTES', () => jsonOf(file(withRest(5))));
});

test('a block cannot announce more records than it has bytes', () => {
  const empty = { type: 'record', name: 'Empty', fields: [] };
  assertBad(
    'BAD_AVRO',
    () => jsonOf(container(empty, [{ records: 1e15, bytes: Buffer.alloc(0) }])),
    /announces/,
  );
  assertBad(
    'BAD_AVRO',
    () => jsonOf(container(schema, [{ records: -1, bytes: Buffer.from([2]) }])),
    /announced/,
  );
});

test('a container that is damaged in its header is refused', () => {
  assertBad('BAD_AVRO', () => jsonOf(Buffer.from('Obj\x01\0', 'latin1').fill(0, 4, 5)), /no schema/);
  assertBad('BAD_SCHEMA', () => jsonOf(container('{', [one(1)])));
  assertBad('BAD_AVRO', () => jsonOf(Buffer.from('Obj'), { format: 'avro' }), /not an Avro container/);
  const damaged = container(schema, [one(1)], { codec: 'deflate' });
  damaged[damaged.length - 18] = 0xff;
  assert.throws(() => jsonOf(damaged), { name: 'DecodeError' });
});

test('all blocks together cannot decompress to more than a message may', () => {
  const large = { records: 1, bytes: Buffer.alloc(100 * 1024 * 1024) };
  assertBad(
    'TOO_LARGE',
    () => jsonOf(container(schema, [large, large, large], { codec: 'deflate' })),
    /decompresses/,
  );
});
