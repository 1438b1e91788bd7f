import type { AvroShape, AvroType } from '../decode/avro/schema.ts';
import { encodeLogical } from './encode-logical.ts';
import type { Value } from './value.ts';
import { Growing } from '../write/segment-encoder.ts';

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT32 = -(2n ** 31n);
const MAX_INT32 = 2n ** 31n - 1n;
const MAX_EXACT = BigInt(Number.MAX_SAFE_INTEGER);
/** Below it 31 bits are enough, and no bigint is needed for the arithmetic. */
const SMALL = 2n ** 30n;

/** A value does not fit the schema that it must be written by. */
export class Misfit extends Error {
  override readonly name = 'Misfit';
}

/** Writes values as Avro. Fields that a schema's record has and the value has not are null; others are no fields of it. */
export class AvroEncoder {
  readonly #out = new Growing();

  /** @throws Misfit naming the place. */
  encode(type: AvroType, value: Value): Uint8Array {
    this.#out.length = 0;
    this.#put(type, value, '');
    return this.#out.take();
  }

  #put({ shape }: AvroType, value: Value, path: string): void {
    const out = this.#out;
    switch (shape?.kind) {
      case 'primitive':
        this.#primitive(shape.name, value, path);
        return;
      case 'record':
        this.#record(shape, value, path);
        return;
      case 'array':
        if (!Array.isArray(value)) throw misfit(value, 'an array', path);
        if (value.length > 0) putLong(out, BigInt(value.length));
        for (const item of value) this.#put(shape.items, item, `${path}[]`);
        putLong(out, 0n);
        return;
      case 'map':
        if (!(value instanceof Map)) throw misfit(value, 'an object', path);
        if (value.size > 0) putLong(out, BigInt(value.size));
        for (const [key, item] of value) {
          putText(out, key);
          this.#put(shape.items, item, `${path}.${key}`);
        }
        putLong(out, 0n);
        return;
      case 'union':
        this.#union(shape.branches, value, path);
        return;
      case 'enum': {
        const index = typeof value === 'string' ? shape.symbols.indexOf(value) : -1;
        if (index < 0) throw misfit(value, 'one of its symbols', path);
        putLong(out, BigInt(index));
        return;
      }
      case 'fixed': {
        const bytes = bytesOf(value);
        if (bytes?.length !== shape.size) throw misfit(value, `${shape.size} bytes`, path);
        out.append(bytes);
        return;
      }
      case 'logical': {
        const encoded = encodeLogical(shape.schema, value);
        if (encoded === null) throw misfit(value, `a ${String(shape.schema['logicalType'])}`, path);
        if (typeof encoded === 'bigint') putLong(out, encoded);
        else {
          if (shape.schema['type'] === 'bytes') putLong(out, BigInt(encoded.length));
          out.append(encoded);
        }
        return;
      }
      case undefined:
        throw new Misfit('the schema cannot be used');
    }
  }

  #primitive(name: string, value: Value, path: string): void {
    const out = this.#out;
    switch (name) {
      case 'null':
        if (value !== null) throw misfit(value, 'null', path);
        return;
      case 'boolean':
        if (typeof value !== 'boolean') throw misfit(value, 'a boolean', path);
        out.putByte(Number(value));
        return;
      case 'int':
      case 'long': {
        const integer = integerOf(value);
        const [min, max] = name === 'int' ? [MIN_INT32, MAX_INT32] : [MIN_INT64, MAX_INT64];
        if (integer === null || integer < min || integer > max)
          throw misfit(value, name === 'int' ? 'an int' : 'a long', path);
        putLong(out, integer);
        return;
      }
      case 'float':
      case 'double': {
        const number = numberOf(value);
        if (number === null) throw misfit(value, `a ${name}`, path);
        if (name === 'double') out.putFloat64(number);
        else {
          if (Number.isFinite(number) && !Number.isFinite(Math.fround(number)))
            throw misfit(value, 'a float', path);
          out.putFloat32(number);
        }
        return;
      }
      case 'string': {
        if (typeof value !== 'string') throw misfit(value, 'a text', path);
        putText(out, value);
        return;
      }
      case 'bytes': {
        const bytes = bytesOf(value);
        if (bytes === null) throw misfit(value, 'bytes', path);
        putLong(out, BigInt(bytes.length));
        out.append(bytes);
      }
    }
  }

  #record({ names, types }: Extract<AvroShape, { kind: 'record' }>, value: Value, path: string): void {
    if (!(value instanceof Map)) throw misfit(value, 'an object', path);
    let found = 0;
    names.forEach((name, i) => {
      const below = path === '' ? name : `${path}.${name}`;
      const field = value.get(name);
      if (field !== undefined) found += 1;
      this.#put(types[i] as AvroType, field ?? null, below);
    });
    if (found === value.size) return;
    const extra = [...value.keys()].find((key) => !names.includes(key)) ?? '';
    throw new Misfit(`the schema has no field ${path === '' ? extra : `${path}.${extra}`}`);
  }

  /**
   * The first branch that takes the value; but an integer becomes a float, and a float an integer, only where nothing else takes it, and no float is taken
   * where a double is more exact. Where none takes it, the last one says why.
   */
  #union(branches: readonly AvroType[], value: Value, path: string): void {
    const start = this.#out.length;
    let reason: Misfit | null = null;
    const needsDouble = !isFloat(value) && branches.some((branch) => isPrimitive(branch, 'double'));
    const rounds = typeof value === 'number' || typeof value === 'bigint' ? 2 : 1;
    // By numbers, without a list of the order: there may be a union a field.
    for (let round = 1; round <= rounds; round++) {
      for (let index = 0; index < branches.length; index++) {
        const branch = branches[index] as AvroType;
        if (isPrimitive(branch, 'null') !== (value === null)) continue;
        if (rounds === 2 && isOtherKind(branch, value) !== (round === 2)) continue;
        if (needsDouble && isPrimitive(branch, 'float')) continue;
        try {
          putLong(this.#out, BigInt(index));
          this.#put(branch, value, path);
          return;
        } catch (error) {
          if (!(error instanceof Misfit)) throw error;
          reason = error;
          this.#out.length = start;
        }
      }
    }
    // Made only now: an error costs more than the value.
    throw reason ?? misfit(value, 'another type', path);
  }
}

function isPrimitive({ shape }: AvroType, name: string): boolean {
  return shape?.kind === 'primitive' && shape.name === name;
}

/** Whether a number is of the other kind than the branch: tried last. */
function isOtherKind(branch: AvroType, value: Value): boolean {
  const isReal = isPrimitive(branch, 'float') || isPrimitive(branch, 'double');
  return isReal !== (typeof value === 'number');
}

/** Whether a float holds it. */
function isFloat(value: Value): boolean {
  const number = numberOf(value);
  return number === null || Object.is(Math.fround(number), number);
}

function integerOf(value: Value): bigint | null {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : null;
}

function numberOf(value: Value): number | null {
  if (typeof value === 'number') return value;
  const exact = typeof value === 'bigint' && value >= -MAX_EXACT && value <= MAX_EXACT;
  return exact ? Number(value) : null;
}

/** An alert as a hook sees it has base64. */
function bytesOf(value: Value): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string') return null;
  const bytes = Buffer.from(value, 'base64');
  return bytes.toString('base64') === value ? bytes : null;
}

function misfit(value: Value, wanted: string, path: string): Misfit {
  return new Misfit(
    `${path === '' ? 'the alert' : path} is ${kindOf(value)}, and the schema wants ${wanted}`,
  );
}

function kindOf(value: Value): string {
  if (value === null) return 'null or missing';
  if (Array.isArray(value)) return 'an array';
  if (value instanceof Map) return 'an object';
  if (value instanceof Uint8Array) return 'bytes';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? 'a boolean' : `the number ${value}`;
}

/** Zigzag, seven bits a byte. */
export function putLong(out: Growing, value: bigint): void {
  if (value >= -SMALL && value < SMALL) putInt(out, Number(value));
  else putLongHalves(out, Number(BigInt.asIntN(32, value)), Number(value >> 32n));
}

/** The same of an integer that 31 bits hold. */
export function putInt(out: Growing, value: number): void {
  putLongHalves(out, value, value >> 31);
}

/** The same of an integer in two halves of 32 bits, both signed. */
export function putLongHalves(out: Growing, low: number, high: number): void {
  const sign = high >> 31;
  let rest = ((low << 1) ^ sign) >>> 0;
  let restHigh = (((high << 1) | (low >>> 31)) ^ sign) >>> 0;
  while (restHigh !== 0 || rest >= 0x80) {
    out.putByte((rest & 0x7f) | 0x80);
    rest = ((rest >>> 7) | (restHigh << 25)) >>> 0;
    restHigh >>>= 7;
  }
  out.putByte(rest);
}

/** A text with its length in front. */
export function putText(out: Growing, text: string): void {
  const bytes = Buffer.byteLength(text);
  putInt(out, bytes);
  out.putUtf8(text, bytes);
}
