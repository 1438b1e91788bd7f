import { deflateRawSync, deflateSync, gzipSync, inflateSync } from 'node:zlib';
import type { Random } from '../../src/simulate/random.ts';
import { container } from '../support/avro.ts';
import { mutate } from './mutate.ts';
import type { Seed } from './seeds.ts';

/** A message made from a good one. */
export interface SpoiltMessage {
  readonly seed: Seed;
  /** Where the change was made. */
  readonly where: string;
  readonly value: Buffer;
  readonly key: Buffer | null;
}

/** A seed taken apart, once: what is inside its wrapping. */
export interface OpenSeed {
  readonly seed: Seed;
  /** Of a zlib stream or container: its content. */
  readonly inner: Buffer;
  readonly schema: Buffer;
}

const ANY_TEXT = Buffer.from('{"a":[1.5,"x",{"b":null}],"__proto__":{"constructor":7},"type":"record"}');

export function openSeed(seed: Seed): OpenSeed {
  if (seed.format === 'antares') return { seed, inner: inflateSync(seed.value), schema: ANY_TEXT };
  if (seed.format === 'avro') return { seed, ...openContainer(seed.value) };
  return { seed, inner: seed.value, schema: seed.key ?? ANY_TEXT };
}

/** The one block and the schema of a container. Not the client's reader: the tests' own, for good containers only. */
function openContainer(bytes: Buffer): { inner: Buffer; schema: Buffer } {
  let at = 4;
  const long = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
  };
  const sized = (): Buffer => {
    const length = long();
    at += length;
    return bytes.subarray(at - length, at);
  };
  let schema: Buffer = ANY_TEXT;
  for (let count = long(); count !== 0; count = long()) {
    for (let i = 0; i < Math.abs(count); i++) {
      const name = sized().toString();
      const value = sized();
      if (name === 'avro.schema') schema = value;
    }
  }
  at += 16;
  long();
  return { inner: sized(), schema };
}

/** Spoils a message at one of the places that its format has. */
export function spoil(open: OpenSeed, random: Random, other: Buffer): SpoiltMessage {
  const { seed } = open;
  const { value, key } = seed;
  const made = (where: string, bytes: Buffer, newKey = key): SpoiltMessage => ({
    seed,
    where,
    value: bytes,
    key: newKey,
  });
  // As it lies on the wire, whatever the format.
  if (random.below(4) === 0) return made('wire', mutate(value, random, other));
  if (random.below(40) === 0) return made('gzip', gzipSync(mutate(value, random, other), { level: 1 }));
  switch (seed.format) {
    case 'antares':
      return made('inside zlib', deflateSync(mutate(open.inner, random, other), { level: 1 }));
    case 'avro':
      return made(...spoilContainer(open, random, other));
    case 'fink':
      return random.below(2) === 0
        ? made('key', value, mutate(open.schema, random, other))
        : made('both', mutate(value, random, other), mutate(open.schema, random, other));
    case 'confluent':
      return made(
        'behind the frame',
        Buffer.concat([value.subarray(0, 5), mutate(value.subarray(5), random, other)]),
      );
    case 'json':
    case 'text':
      return made('text', mutate(value, random, other));
  }
}

/** In the block, in the schema, or in their number, with the framing around it made right again. */
function spoilContainer({ inner, schema }: OpenSeed, random: Random, other: Buffer): [string, Buffer] {
  const codec = random.below(4) === 0 ? 'deflate' : 'null';
  const one = (bytes: Buffer): { records: number; bytes: Buffer } => ({ records: 1, bytes });
  switch (random.below(4)) {
    case 0:
      return ['schema', container(mutate(schema, random, other).toString(), [one(inner)], { codec })];
    case 1: {
      const records = random.pick([0, 1, 2, 3, 100, 2 ** 31, 2 ** 53 - 1, -1]);
      return [
        'block count',
        container(schema.toString(), [one(inner), { records, bytes: inner }], { codec }),
      ];
    }
    case 2: {
      const spoilt = deflateRawSync(inner, { level: 1 });
      const raw = mutate(spoilt, random, other);
      const whole = container(schema.toString(), [{ records: 1, bytes: raw }], { codec: 'null' });
      // Said to be deflated, which `raw` is but for its damage.
      return [
        'inside the codec',
        Buffer.from(whole.toString('latin1').replace('\u0008null', '\u000edeflate'), 'latin1'),
      ];
    }
    default:
      return [
        'block',
        container(schema.toString(), [one(mutate(inner, random, other)), one(inner)], { codec }),
      ];
  }
}
