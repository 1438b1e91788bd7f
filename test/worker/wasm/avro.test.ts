import assert from 'node:assert/strict';
import { test } from 'node:test';
import avsc from 'avsc';
import fc from 'fast-check';
import { Decoder } from '../../../src/worker/decode/decode.ts';
import { compileSchema } from '../../../src/worker/decode/avro/schema.ts';
import { fieldTree } from '../../../src/worker/encode/field-capture.ts';
import { KnownSchemas } from '../../../src/worker/schemas.ts';
import { ByteTranscoder } from '../../../src/worker/wasm/byte-transcoder.ts';
import { container, long, recordOf, sized } from '../../support/avro.ts';
import { BothWays, partOf, reductions } from '../../support/both-ways.ts';
import { messageOf, readSamples, sampleSchema, skipSamples } from '../../support/samples.ts';
import { transcoder } from '../../support/transcode.ts';

/** A schema and a value of it, as bytes. */
interface Typed {
  readonly type: unknown;
  readonly bytes: Buffer;
}

const doubleBytes = (value: number): Buffer => Buffer.from(new Float64Array([value]).buffer);
const floatBytes = (value: number): Buffer => Buffer.from(new Float32Array([value]).buffer);
const anyLong = fc
  .tuple(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: 0n, max: 63n }))
  .map(([value, shift]) => value >> shift);
const constant = (type: unknown, bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Typed> =>
  bytes.map((each) => ({ type, bytes: each }));
/** @param bits of the type: what does not fit is no value of it. */
const logical = (type: string, logicalType: string, bits = 64): fc.Arbitrary<Typed> =>
  constant(
    { type, logicalType },
    fc
      .oneof(
        anyLong,
        fc.bigInt({ min: -70_000_000_000_000_000n, max: 260_000_000_000_000_000n }),
        fc.bigInt({ min: -800_000n, max: 90_000_000n }),
      )
      .map((count) => long(BigInt.asIntN(bits, count))),
  );
let serial = 0;
const fieldName = fc.oneof(
  fc.stringMatching(/^[a-zA-Z_]\w{0,20}$/),
  fc.constantFrom('alert_id', 'id', 'candid', 'é "\\', '\ud800', 'cutoutScience', 'data', 'new_alert'),
);

/** Any type of Avro that WebAssembly reads, with a value. Arrays and maps come in several blocks. */
const typed: fc.Arbitrary<Typed> = fc.letrec<{ typed: Typed }>((tie) => ({
  typed: fc.oneof(
    { depthSize: 'small' },
    constant('null', fc.constant(Buffer.alloc(0))),
    constant(
      'boolean',
      fc.boolean().map((flag) => Buffer.from([Number(flag)])),
    ),
    constant('int', fc.integer().map(long)),
    constant('long', anyLong.map(long)),
    constant('float', fc.float().map(floatBytes)),
    constant('double', fc.double().map(doubleBytes)),
    constant('bytes', fc.uint8Array({ maxLength: 100 }).map(sized)),
    constant('string', fc.string({ unit: 'binary' }).map(sized)),
    ...['timestamp-millis', 'timestamp-micros', 'timestamp-nanos', 'time-micros'].map((each) =>
      logical('long', each),
    ),
    ...['local-timestamp-millis', 'local-timestamp-micros', 'local-timestamp-nanos'].map((each) =>
      logical('long', each),
    ),
    ...['date', 'time-millis'].map((each) => logical('int', each, 32)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => ({
      type: { type: 'fixed', name: `F${++serial}`, size: bytes.length },
      bytes: Buffer.from(bytes),
    })),
    fc
      .tuple(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 5 }), fc.nat())
      .map(([symbols, index]) => ({
        type: { type: 'enum', name: `E${++serial}`, symbols },
        bytes: long(index % symbols.length),
      })),
    fc
      .uniqueArray(fc.tuple(fieldName, tie('typed')), { selector: ([name]) => name, maxLength: 6 })
      .map((fields) => ({
        type: {
          type: 'record',
          name: `R${++serial}`,
          fields: fields.map(([name, { type }]) => ({ name, type })),
        },
        bytes: Buffer.concat(fields.map(([, { bytes }]) => bytes)),
      })),
    fc
      .tuple(tie('typed'), fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 3 }))
      .map(([{ type, bytes }, blocks]) => ({
        type: { type: 'array', items: type },
        bytes: Buffer.concat([
          ...blocks.map(([count, withSize]) => blockOf(Array<Buffer>(count + 1).fill(bytes), withSize)),
          long(0),
        ]),
      })),
    fc
      .tuple(
        tie('typed'),
        fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'id', 'é'), fc.boolean()), {
          maxLength: 3,
          selector: ([key]) => key,
        }),
      )
      .map(([{ type, bytes }, blocks]) => ({
        type: { type: 'map', values: type },
        bytes: Buffer.concat([
          ...blocks.map(([key, withSize]) => blockOf([Buffer.concat([sized(key), bytes])], withSize)),
          long(0),
        ]),
      })),
    fc.tuple(tie('typed'), fc.nat(3)).map(([{ type, bytes }, place]) => {
      const branches: unknown[] = ['null', 'int', 'string'];
      branches.splice(place, 0, type);
      return { type: branches, bytes: Buffer.concat([long(place), bytes]) };
    }),
  ),
})).typed;

function blockOf(items: Buffer[], withSize: boolean): Buffer {
  const body = Buffer.concat(items);
  return withSize
    ? Buffer.concat([long(-items.length), long(body.length), body])
    : Buffer.concat([long(items.length), body]);
}

/** A record of two fields, so that the one behind the value shows whether all of it was read. */
const alert = fc.tuple(fieldName, typed).map(([name, { type, bytes }]) => ({
  schema: {
    type: 'record',
    name: 'Alert',
    fields: [
      { name, type },
      { name: 'behind', type: 'int' },
    ],
  },
  bytes: Buffer.concat([bytes, long(7)]),
}));

const paths = ['alert_id', 'id', 'id.id', 'candid', 'behind'];
const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 3,
});

for (const indent of [0, 4]) {
  test(`any Avro record comes out as without WebAssembly at indent ${indent}, its captured fields too`, () => {
    const ways = new BothWays({
      format: 'fink',
      indent,
      fieldPaths: paths,
      nonFinite: indent === 0 ? 'null' : 'literal',
    });
    const alone = ByteTranscoder.create(indent, { fields: fieldTree(paths), count: paths.length });
    fc.assert(
      fc.property(alert, ({ schema, bytes }) => {
        const { error } = ways.transcode(messageOf(bytes, { key: Buffer.from(JSON.stringify(schema)) }));
        assert.equal(error, null);
        if (JSON.stringify(schema).includes('\\ud800')) return;
        const shape = compileSchema(JSON.stringify(schema));
        const blocks = [{ records: 1, bytes }];
        assert.ok(
          alone?.transcode({ format: 'avro', schema: shape, blocks }, true).next().done === false,
          'given up',
        );
      }),
      { numRuns: 500 },
    );
  });
}

for (const reduction of reductions) {
  const part = JSON.stringify(reduction);

  test(`of any Avro record ${part} is left as without WebAssembly, whole or damaged, with the same captured fields`, () => {
    const ways = new BothWays({ format: 'fink', indent: 2, fieldPaths: paths, reduction });
    fc.assert(
      fc.property(alert, damage, fc.nat(4), ({ schema, bytes }, changes, cut) => {
        const key = Buffer.from(JSON.stringify(schema));
        assert.equal(ways.transcode(messageOf(bytes, { key })).error, null);
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
        ways.transcode(messageOf(damaged, { key }));
        ways.transcode(messageOf(damaged.subarray(0, Math.max(1, damaged.length - cut)), { key }));
        ways.transcode(messageOf(Buffer.concat([bytes, Buffer.alloc(cut)]), { key }));
      }),
      { numRuns: 300 },
    );
  });
}

test('a damaged Avro record fails as without WebAssembly, or comes out the same', () => {
  const ways = new BothWays({ format: 'fink', fieldPaths: paths });
  fc.assert(
    fc.property(alert, damage, fc.nat(4), ({ schema, bytes }, changes, cut) => {
      const key = Buffer.from(JSON.stringify(schema));
      const damaged = Buffer.from(bytes);
      for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
      ways.transcode(messageOf(damaged, { key }));
      ways.transcode(messageOf(damaged.subarray(0, Math.max(1, damaged.length - cut)), { key }));
      ways.transcode(messageOf(Buffer.concat([bytes, Buffer.alloc(cut)]), { key }));
    }),
    { numRuns: 500 },
  );
});

test('the records of a container come one by one, up to the one that is damaged', () => {
  const ways = new BothWays({ fieldPaths: ['x'] });
  const records = (...values: number[]) => ({
    records: values.length,
    bytes: Buffer.concat(values.map(long)),
  });
  const bad = { records: 2, bytes: Buffer.concat([long(4), Buffer.alloc(10, 0xff)]) };
  const behind = { records: 1, bytes: Buffer.from([2, 0]) };
  const few = { records: 3, bytes: Buffer.concat([long(5), Buffer.from([0x80, 0x80])]) };
  for (const blocks of [
    [records(1, 2), records(3)],
    [records(1), bad],
    [behind],
    [records(1), behind, records(2)],
    [few],
    [],
  ]) {
    for (const codec of ['null', 'deflate']) {
      const { error } = ways.transcode(messageOf(container(recordOf('int'), blocks, { codec })));
      assert.equal(
        error === null,
        blocks.every((block) => block !== bad && block !== behind && block !== few),
      );
    }
  }
});

test('two messages whose records are asked for in turns do not mix', () => {
  const way = transcoder();
  const message = (...values: number[]) => {
    const block = { records: values.length, bytes: Buffer.concat(values.map(long)) };
    return messageOf(container(recordOf('int'), [block]));
  };
  const texts: string[] = [];
  const outer = way.transcode(message(1, 2, 3));
  for (const { bytes } of outer) {
    texts.push(Buffer.from(bytes).toString());
    for (const inner of way.transcode(message(7, 8))) texts.push(Buffer.from(inner.bytes).toString());
  }
  const between = ['{"x":7}', '{"x":8}'];
  assert.deepEqual(texts, ['{"x":1}', ...between, '{"x":2}', ...between, '{"x":3}', ...between]);
});

test('types that come out as text in rare forms, and types that hold themselves, come out as without WebAssembly', () => {
  const ways = new BothWays({ format: 'fink' });
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
  const list = { type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'] }] };
  const key = (type: unknown): Buffer => Buffer.from(JSON.stringify(recordOf(type)));
  ways.transcode(messageOf(sized(Buffer.from([1, 2])), { key: key(decimal) }));
  const twice = Buffer.concat([long(2), sized('a'), long(1), sized('a'), long(2), long(0)]);
  assert.equal(
    ways.transcode(messageOf(twice, { key: key({ type: 'map', values: 'int' }) })).alerts[0]?.text,
    '{"x":{"a":2}}',
  );
  for (const depth of [3, 99, 100, 101, 250]) {
    const bytes = Buffer.concat([...Array<Buffer>(depth).fill(long(1)), long(0)]);
    ways.transcode(messageOf(bytes, { key: key(list) }));
  }
  ways.transcode(
    messageOf(Buffer.concat([long(5_000_000), long(0)]), { key: key({ type: 'array', items: 'null' }) }),
  );
  ways.transcode(
    messageOf(Buffer.from('int'), { key: Buffer.from('{"type":"record","name":"A","fields":[]}') }),
  );
});

test('what is bounded only by its number is bounded as without WebAssembly', () => {
  const ways = new BothWays({ format: 'fink' });
  const key = (type: unknown): Buffer => Buffer.from(JSON.stringify(recordOf(type)));
  const nulls = { type: 'array', items: 'null' };
  for (const count of [99_000, 100_003, 100_004, 100_005, 100_006, 5_000_000]) {
    ways.transcode(messageOf(Buffer.concat([long(count), long(0)]), { key: key(nulls) }));
  }
  let twice: unknown = { type: 'record', name: 'R0', fields: [] };
  for (let i = 1; i <= 20; i++) {
    const fields = [
      { name: 'a', type: twice },
      { name: 'b', type: `R${i - 1}` },
    ];
    twice = { type: 'record', name: `R${i}`, fields };
    if (i >= 14) ways.transcode(messageOf(Buffer.alloc(0), { key: key(twice) }));
    if (i >= 14)
      ways.transcode(messageOf(Buffer.alloc(1), { key: key({ ...recordOf(twice), name: 'Outer' }) }));
  }
});

test('many schemas, and one that is larger than the room for programs, come out as without WebAssembly', () => {
  const ways = new BothWays({ format: 'fink' });
  const schema = (serialNumber: number, fields: number): Buffer =>
    Buffer.from(
      JSON.stringify({
        type: 'record',
        name: 'Alert',
        fields: Array.from({ length: fields }, (_, i) => ({
          name: `field_${serialNumber}_${i}`,
          type: 'int',
        })),
      }),
    );
  for (let i = 0; i < 50; i++) {
    const { error } = ways.transcode(messageOf(Buffer.alloc(2_000), { key: schema(i, 2_000) }));
    assert.equal(error, null);
  }
  assert.equal(ways.transcode(messageOf(Buffer.alloc(60_000), { key: schema(0, 60_000) })).error, null);
  assert.equal(ways.transcode(messageOf(Buffer.alloc(10), { key: schema(0, 10) })).error, null);
});

test('a record that is known to be readable is done by WebAssembly alone', () => {
  const way = ByteTranscoder.create(0, { fields: fieldTree(['id']), count: 1 });
  const schema = {
    type: 'record',
    name: 'Alert',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'ra', type: ['null', 'double'] },
      { name: 'ids', type: { type: 'map', values: { type: 'array', items: 'float' } } },
      { name: 'when', type: { type: 'long', logicalType: 'timestamp-micros' } },
    ],
  };
  const bytes = avsc.Type.forSchema(schema as avsc.Schema, { wrapUnions: false }).toBuffer({
    id: 9_007_199_254_740_990,
    ra: 0.1,
    ids: { a: [0.5, 1] },
    when: 0,
  });
  const documents = {
    format: 'avro',
    schema: compileSchema(JSON.stringify(schema)),
    blocks: [{ records: 1, bytes }],
  } as const;
  const { value, done } = way?.transcode(documents, false).next() ?? { done: true };
  assert.ok(done === false && typeof value === 'object');
  assert.equal(
    Buffer.from(value.bytes).toString(),
    '{"id":9007199254740990,"ra":0.1,"ids":{"a":[0.5,1.0]},"when":"1970-01-01T00:00:00.000000Z"}',
  );
  assert.deepEqual(value.fields, ['9007199254740990']);
});

test('every real ZTF and LSST alert comes out as without WebAssembly', { skip: skipSamples }, () => {
  const schemas = new KnownSchemas();
  schemas.add(900, sampleSchema(900));
  for (const indent of [0, 4]) {
    const ways = new BothWays({
      indent,
      schemas,
      fieldPaths: ['candid', 'diaSourceId', 'objectId', 'candidate.fid'],
    });
    for (const { wire } of [...readSamples('ztf'), ...readSamples('lsst')]) {
      assert.equal(ways.transcode(messageOf(wire)).error, null);
    }
  }
});

test('parts of every real ZTF and LSST alert are made by WebAssembly alone, and are as without it', {
  skip: skipSamples,
}, () => {
  const schemas = new KnownSchemas();
  schemas.add(900, sampleSchema(900));
  const fieldPaths = ['candid', 'diaSourceId', 'objectId', 'candidate.fid'];
  for (const reduction of [
    { fields: null, dropStamps: true },
    { fields: ['candidate', 'prv_candidates.jd', 'diaSource.ra', 'prvDiaSources.dec'], dropStamps: false },
    { fields: ['cutoutScience', 'diaObject', 'diaSourceId', 'candid'], dropStamps: false },
  ]) {
    const ways = new BothWays({ schemas, fieldPaths, reduction });
    const captured = { fields: fieldTree(fieldPaths), count: fieldPaths.length };
    const alone = ByteTranscoder.create(0, captured, partOf(reduction));
    const decoder = new Decoder('auto', schemas);
    for (const { wire } of [...readSamples('ztf'), ...readSamples('lsst')]) {
      const message = messageOf(wire);
      const { alerts } = ways.transcode(message);
      const { documents } = decoder.open(message);
      assert.ok(documents?.format === 'avro');
      const done = alone?.transcode(documents, false).next();
      assert.ok(done?.done === false, 'given up');
      assert.equal(Buffer.from(done.value.bytes).toString(), alerts[0]?.text);
      assert.deepEqual(done.value.fields, alerts[0]?.fields);
    }
  }
});
