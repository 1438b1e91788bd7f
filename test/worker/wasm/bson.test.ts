import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { fieldTree } from '../../../src/worker/encode/field-capture.ts';
import { pythonFloat } from '../../../src/worker/encode/python-float.ts';
import { ByteTranscoder } from '../../../src/worker/wasm/byte-transcoder.ts';
import { powersOfTen } from '../../../src/worker/wasm/powers.ts';
import { BothWays, partOf, reductions } from '../../support/both-ways.ts';
import {
  array,
  document,
  documentBytes,
  double,
  element,
  type Element,
  int32,
  int32Bytes,
  int64,
  type Named,
  text,
  uint64,
} from '../../support/bson.ts';
import { messageOf, readSamples, skipSamples } from '../../support/samples.ts';
import { python, skipPython } from '../../support/transcode.ts';

/** What WebAssembly alone makes of a document; a document that it gives up fails the test. */
function transcoder(indent = 0, paths: readonly string[] = []): (bytes: Buffer) => string {
  const way = ByteTranscoder.create(indent, { fields: fieldTree(paths), count: paths.length });
  assert.ok(way !== null);
  return (bytes) => {
    const result = way.transcode({ format: 'bson', bytes }, true).next();
    assert.ok(result.done !== true, 'given up');
    return Buffer.from(result.value.bytes).toString('latin1');
  };
}

const anyDouble = fc.oneof(
  fc.double(),
  fc.float(),
  fc.integer().map((n) => n / 1000),
  fc.tuple(fc.integer(), fc.integer({ min: -330, max: 310 })).map(([n, e]) => Number(`${n}e${e}`)),
  fc
    .bigInt({ min: 0n, max: 2n ** 64n - 1n })
    .map((bits) => new Float64Array(new BigUint64Array([bits]).buffer)[0] as number),
);

/** Doubles where shortest digits are hard: around powers of two and ten, at the ends, subnormal ones, large integers. */
function hardDoubles(): number[] {
  const values: number[] = [];
  const around = (value: number): void => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value);
    for (const step of [-2n, -1n, 0n, 1n, 2n]) {
      const bits = view.getBigUint64(0) + step;
      if (bits < 0n) continue;
      const near = new DataView(new ArrayBuffer(8));
      near.setBigUint64(0, bits);
      const found = near.getFloat64(0);
      if (Number.isFinite(found)) values.push(found, -found);
    }
  };
  for (let power = -1074; power < 1024; power++) around(2 ** power);
  for (let power = -323; power <= 308; power++) around(Number(`1e${power}`));
  for (const value of [
    5e-324,
    2.2250738585072014e-308,
    Number.MAX_VALUE,
    2 ** 53,
    2 ** 53 + 2,
    1e23,
    9.5e-3,
  ]) {
    around(value);
  }
  return values;
}

function doublesOf(values: readonly number[]): Buffer {
  return documentBytes([['x', array(...values.map(double))]]);
}

test('doubles that are hard to write shortest come out as JavaScript finds them', () => {
  const way = transcoder();
  const values = hardDoubles();
  assert.equal(way(doublesOf(values)), `{"x":[${values.map(pythonFloat).join()}]}`);
});

test('any double comes out in the fewest digits, as Python sets them', () => {
  const way = transcoder();
  fc.assert(
    fc.property(fc.array(anyDouble.filter(Number.isFinite), { minLength: 100, maxLength: 200 }), (values) => {
      assert.equal(way(doublesOf(values)), `{"x":[${values.map(pythonFloat).join()}]}`);
    }),
    { numRuns: 200 },
  );
});

test('Python itself writes thousands of doubles no differently', { skip: skipPython }, () => {
  const values = fc.sample(anyDouble.filter(Number.isFinite), 5_000);
  const exact = values.map((value) => (Object.is(value, -0) ? '-0.0' : value.toExponential(17)));
  const expected = python(`','.join(repr(float(text)) for text in given)`, exact);
  assert.equal(transcoder()(doublesOf(values)), `{"x":[${expected}]}`);
});

test('the powers of ten are rounded up to 128 bits, the first of them set', () => {
  const table = powersOfTen();
  for (let power = -292; power <= 324; power++) {
    const bits = ((table[2 * (power + 292)] ?? 0n) << 64n) | (table[2 * (power + 292) + 1] ?? 0n);
    assert.equal(bits >> 127n, 1n);
    // 10^power = bits · 2^shift, at most one unit less.
    const shift = Math.floor(power * Math.log2(10)) - 127;
    const scale = (value: bigint): bigint => (shift >= 0 ? value << BigInt(shift) : value);
    const ten = 10n ** BigInt(Math.abs(power)) * (power >= 0 && shift < 0 ? 2n ** BigInt(-shift) : 1n);
    if (power >= 0) {
      assert.ok(scale(bits) >= ten && scale(bits - 1n) < ten, String(power));
    } else {
      const one = 2n ** BigInt(-shift);
      assert.ok(bits * ten >= one && (bits - 1n) * ten < one, String(power));
    }
  }
});

test('integers are exact', () => {
  const way = transcoder();
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.bigInt({ min: 0n, max: 63n }))),
      (numbers) => {
        const unsigned = numbers.map(([value, shift]) => value >> shift);
        const signed = unsigned.map((value) => BigInt.asIntN(64, value));
        const short = signed.map((value) => Number(BigInt.asIntN(32, value)));
        const items = [...unsigned.map(uint64), ...signed.map(int64), ...short.map(int32)];
        const expected = [...unsigned, ...signed, ...short].join();
        assert.equal(way(documentBytes([['x', array(...items)]])), `{"x":[${expected}]}`);
      },
    ),
    { numRuns: 500 },
  );
});

test('any text is escaped as Python does, wherever in it something must be', () => {
  const way = transcoder(4);
  const plain = new BothWays({ indent: 4 });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 100 }))),
      fc.string({ unit: 'binary', maxLength: 40 }).filter((name) => !name.includes('\0')),
      (texts, name) => {
        const bytes = documentBytes([[name, array(...texts.map((each) => text(each)))]]);
        const { alerts } = plain.transcode(messageOf(deflateSync(bytes)));
        assert.equal(way(bytes), alerts[0]?.text);
        assert.deepEqual(Object.values(JSON.parse(way(bytes)) as object), [texts]);
      },
    ),
    { numRuns: 500 },
  );
});

const hex = (bytes: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => Buffer.from(value));
const time = fc.oneof(
  fc.bigInt({ min: -62167219200000n, max: 253402300799999n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-62167219200000n, -62167219200001n, 253402300799999n, 253402300800000n, -1n, 951782400000n),
);
const name = fc.oneof(
  fc.stringMatching(/^[a-z_]{1,20}$/),
  fc.constantFrom('alert_id', 'id', 'data', 'new_alert', '', '__proto__', 'é"\\\n', 'x'.repeat(70)),
  fc.constant('cutoutScience'),
);

/** Elements of every type that WebAssembly reads, nested; keys of one object differ. */
const value: fc.Arbitrary<Element> = fc.letrec<{ value: Element }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    anyDouble.map(double),
    fc.string({ unit: 'binary' }).map((each) => text(each)),
    fc.constantFrom(0x02, 0x0d, 0x0e).map((type) => text('f()', type)),
    fc.uint8Array().map((bytes) => element(0x05, int32Bytes(bytes.length), [0], Buffer.from(bytes))),
    fc.uint8Array().map((bytes) => element(0x05, int32Bytes(bytes.length), [2], Buffer.from(bytes))),
    fc.constantFrom(0x06, 0x0a).map((type) => element(type)),
    hex(12).map((bytes) => element(0x07, bytes)),
    fc.boolean().map((flag) => element(0x08, [Number(flag)])),
    time.map((ms) => element(0x09, int64(ms).bytes)),
    fc.integer().map(int32),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(uint64),
    fc.array(tie('value')).map((items) => array(...items)),
    fc
      .uniqueArray(fc.tuple(name, tie('value')), { selector: ([key]) => key })
      .map((elements) => document(...(elements as Named[]))),
  ),
})).value;
const alert = fc
  .uniqueArray(fc.tuple(name, value), { selector: ([key]) => key })
  .map((elements) => documentBytes(elements as Named[]));

const damage = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), {
  minLength: 1,
  maxLength: 4,
});

const paths = ['alert_id', 'new_alert.alert_id', 'data.id', 'id', 'id.id.id'];

/** Damaged alerts and ends of them: both ways must come to the same. */
function transcodeDamaged(ways: BothWays, numRuns: number): void {
  fc.assert(
    fc.property(alert, damage, fc.nat(8), (bytes, changes, cut) => {
      const damaged = Buffer.from(bytes);
      for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
      ways.transcode(messageOf(deflateSync(damaged)));
      ways.transcode(messageOf(deflateSync(damaged.subarray(0, Math.max(0, damaged.length - cut)))));
    }),
    { numRuns },
  );
}

test('any BSON document comes out as without WebAssembly, its captured fields too', () => {
  for (const [indent, nonFinite] of [
    [0, 'auto'],
    [4, 'null'],
    [3, 'literal'],
  ] as const) {
    const ways = new BothWays({ indent, nonFinite, fieldPaths: paths });
    const alone = transcoder(indent, paths);
    fc.assert(
      fc.property(alert, (bytes) => {
        const { error } = ways.transcode(messageOf(deflateSync(bytes)));
        assert.equal(error, null);
        alone(bytes);
      }),
      { numRuns: 300 },
    );
  }
});

for (const reduction of reductions) {
  const part = JSON.stringify(reduction);

  test(`of any BSON document ${part} is left as without WebAssembly, with the same captured fields`, () => {
    const ways = new BothWays({ indent: 2, fieldPaths: paths, reduction });
    const alone = ByteTranscoder.create(
      2,
      { fields: fieldTree(paths), count: paths.length },
      partOf(reduction),
    );
    fc.assert(
      fc.property(alert, (bytes) => {
        const { error } = ways.transcode(messageOf(deflateSync(bytes)));
        assert.equal(error, null);
        assert.ok(alone?.transcode({ format: 'bson', bytes }, true).next().done === false, 'given up');
      }),
      { numRuns: 200 },
    );
  });

  test(`of a damaged BSON document ${part} is left as without WebAssembly, or it fails the same`, () => {
    transcodeDamaged(new BothWays({ fieldPaths: paths, reduction }), 300);
  });
}

test('a damaged BSON document fails as without WebAssembly, or comes out the same', () => {
  transcodeDamaged(new BothWays({ indent: 1, fieldPaths: paths }), 1_000);
});

test('a repeated key is found wherever it comes again, and only there', () => {
  const all = [null, ...reductions, { fields: ['a.b', 'b', 'c.a.b'], dropStamps: false }].map(
    (reduction) => new BothWays({ reduction, fieldPaths: ['a', 'b.c'] }),
  );
  const fewNames = fc.constantFrom('a', 'b', 'c');
  const small: fc.Arbitrary<Element> = fc.letrec<{ value: Element }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'medium' },
      fc.integer().map(int32),
      fc
        .array(fc.tuple(fewNames, tie('value')), { maxLength: 4 })
        .map((all) => document(...(all as Named[]))),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => array(...items)),
    ),
  })).value;
  fc.assert(
    fc.property(fc.array(fc.tuple(fewNames, small), { maxLength: 5 }), (elements) => {
      for (const ways of all)
        assert.equal(ways.transcode(messageOf(deflateSync(documentBytes(elements as Named[])))).error, null);
    }),
    { numRuns: 1_000 },
  );
});

test('nesting is followed as deep as without WebAssembly and no deeper', () => {
  const ways = new BothWays({ indent: 2 });
  for (const depth of [199, 200, 201]) {
    let inner = document(['x', int32(1)]);
    for (let level = 1; level < depth; level++)
      inner = level % 2 === 0 ? array(inner) : document(['x', inner]);
    const { error } = ways.transcode(messageOf(deflateSync(documentBytes([['x', inner]]))));
    assert.equal(error === null, depth <= 200);
  }
});

test('more keys than can be remembered, and a document that is larger than any memory given, come out all the same', () => {
  const ways = new BothWays();
  for (let round = 0; round < 3; round++) {
    const many = Array.from({ length: 9_000 }, (_, i): Named => [`key ${round} ${i}`, int32(i)]);
    assert.equal(ways.transcode(messageOf(deflateSync(documentBytes(many)))).error, null);
    assert.equal(ways.transcode(messageOf(deflateSync(documentBytes(many.slice(0, 5_000))))).error, null);
  }
  const huge = documentBytes([['x', text('é'.repeat(12_000_000))]]);
  assert.equal(ways.transcode(messageOf(deflateSync(huge, { level: 1 }))).error, null);
  assert.equal(ways.transcode(messageOf(deflateSync(documentBytes([['x', int32(1)]])))).error, null);
});

test('every real ANTARES alert is done by WebAssembly alone', { skip: skipSamples }, () => {
  const way = transcoder(4);
  for (const { wire, json } of readSamples('antares')) assert.equal(way(inflateSync(wire)), json.toString());
});
