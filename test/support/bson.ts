import { deflateSync } from 'node:zlib';

/** Hand-made BSON, for what no library writes. An element: its type and its bytes. */
export interface Element {
  readonly type: number;
  readonly bytes: Buffer;
}

export type Named = readonly [name: string, element: Element];

export function element(type: number, ...bytes: (Buffer | readonly number[])[]): Element {
  return { type, bytes: Buffer.concat(bytes.map((part) => Buffer.from(part))) };
}

export function double(value: number): Element {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return element(0x01, bytes);
}

export function int32(value: number): Element {
  return element(0x10, int32Bytes(value));
}

export function int64(value: bigint): Element {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return element(0x12, bytes);
}

export function uint64(value: bigint): Element {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return element(0x11, bytes);
}

export function text(value: string | Buffer, type = 0x02): Element {
  const bytes = Buffer.from(value);
  return element(type, int32Bytes(bytes.length + 1), bytes, [0]);
}

export function document(...elements: Named[]): Element {
  return element(0x03, documentBytes(elements));
}

export function array(...items: Element[]): Element {
  return element(0x04, documentBytes(items.map((item, index) => [String(index), item])));
}

export function documentBytes(elements: readonly Named[]): Buffer {
  const parts = elements.flatMap(([name, { type, bytes }]) => [
    Buffer.from([type]),
    Buffer.from(`${name}\0`),
    bytes,
  ]);
  const body = Buffer.concat([...parts, Buffer.from([0])]);
  return Buffer.concat([int32Bytes(body.length + 4), body]);
}

export function int32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** A message as ANTARES sends it: a zlib stream of one BSON document. */
export function bsonDocument(...elements: Named[]): Buffer {
  return deflateSync(documentBytes(elements));
}
