import type { Random } from '../../src/simulate/random.ts';

/** Numbers at which length and count fields break. */
const EDGES = [0, 1, -1, 2, 4, 5, 127, 128, 255, 256, 32_767, 65_536, 0x7fffffff, -0x80000000, 0x40000000];
const HUGE = [
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 53n - 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  -(2n ** 31n) - 1n,
];

const TEXTS = [
  '__proto__',
  'constructor',
  'toString',
  '../../etc/x',
  '\u0000',
  '\ud83d\ude00',
  '"',
  '\\',
  '\\u12',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  'NaN',
  '-Infinity',
  '1e999',
  '-0',
  '0x1',
  '123456789012345678901234567890',
  '"type":"record"',
  '"null"',
  '"int"',
  '"bytes"',
  '"size":9e15',
  '"items":"null"',
  '"logicalType":"decimal"',
  '"logicalType":"timestamp-micros"',
  '["null","double"]',
  'ztf.alert',
  ' ',
] as const;

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** A place in the bytes; more often near the beginning, where headers and lengths are. */
function place(bytes: Buffer, random: Random): number {
  return random.below(4) === 0
    ? random.below(Math.min(bytes.length, 64) + 1)
    : random.below(bytes.length + 1);
}

function overwrite(bytes: Buffer, at: number, patch: Uint8Array): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(patch.subarray(0, Math.max(0, copy.length - at)), at);
  return copy;
}

function insert(bytes: Buffer, at: number, patch: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), patch, bytes.subarray(at)]);
}

/** A zigzag-coded variable-length integer, as Avro has them. */
export function varint(value: bigint | number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

const flipBits: Mutation = (bytes, random) => {
  const copy = Buffer.from(bytes);
  for (let count = 1 + random.below(4); count > 0 && copy.length > 0; count--) {
    const at = Math.min(place(copy, random), copy.length - 1);
    copy[at] = (copy[at] as number) ^ (1 << random.below(8));
  }
  return copy;
};

const setByte: Mutation = (bytes, random) =>
  overwrite(
    bytes,
    place(bytes, random),
    Uint8Array.of(random.pick([0, 1, 2, 3, 4, 0x0f, 0x7f, 0x80, 0xff, random.below(256)])),
  );

const truncate: Mutation = (bytes, random) => bytes.subarray(0, place(bytes, random));

const cutOut: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(32))]);
};

const repeat: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const piece = bytes.subarray(at, at + 1 + random.below(64));
  return insert(bytes, at, Buffer.concat(Array.from({ length: 1 + random.below(8) }, () => piece)));
};

const splice: Mutation = (bytes, random, other) => {
  const from = place(other, random);
  const piece = other.subarray(from, from + random.below(256));
  const at = place(bytes, random);
  return random.below(2) === 0 ? insert(bytes, at, piece) : overwrite(bytes, at, piece);
};

/** A 32-bit length, as BSON has them. */
const length32: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const old = at + 4 <= bytes.length ? bytes.readInt32LE(at) : 0;
  const patch = Buffer.alloc(4);
  patch.writeInt32LE((random.below(2) === 0 ? random.pick(EDGES) : old + random.below(9) - 4) | 0);
  return overwrite(bytes, at, patch);
};

/** A length or count, as Avro has them. */
const lengthVarint: Mutation = (bytes, random) => {
  const value = random.below(3) === 0 ? random.pick(HUGE) : random.pick(EDGES);
  const at = place(bytes, random);
  return random.below(2) === 0 ? overwrite(bytes, at, varint(value)) : insert(bytes, at, varint(value));
};

const text: Mutation = (bytes, random) => {
  const at = place(bytes, random);
  const patch = Buffer.from(random.pick(TEXTS));
  return random.below(2) === 0 ? overwrite(bytes, at, patch) : insert(bytes, at, patch);
};

const nest: Mutation = (bytes, random) => {
  const piece = random.pick(['[', '{"a":', '\u0003a\u0000']);
  return insert(bytes, place(bytes, random), Buffer.from(piece.repeat(1 + random.below(300))));
};

const mutations: readonly Mutation[] = [
  flipBits,
  flipBits,
  flipBits,
  setByte,
  truncate,
  cutOut,
  repeat,
  splice,
  splice,
  length32,
  lengthVarint,
  text,
  text,
  nest,
];

/** Bytes with one thing changed, now and then up to three. `other` is where foreign pieces come from. */
export function mutate(bytes: Buffer, random: Random, other: Buffer): Buffer {
  let out = bytes;
  for (let count = random.below(3) === 0 ? 1 + random.below(3) : 1; count > 0; count--)
    out = random.pick(mutations)(out, random, other);
  return out;
}
