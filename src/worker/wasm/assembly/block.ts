import { giveUp } from './out';

/** Levels of records, arrays, maps and unions within each other. */
const MAX_LEVEL: u32 = 200;

/** Where in the block reading goes on, and where it ends. */
export class Block {
  static at: usize = 0;
  static end: usize = 0;
  /**
   * How many items and how many levels it may still have. Both may take no bytes, so the block's length does not bound them; what has more
   * is left to the other way, which knows how many are too many.
   */
  static items: u64 = 0;
  static levels: u64 = 0;
  /** The same where the record began that is read. */
  static recordAt: usize = 0;
  static recordItems: u64 = 0;
  static recordLevels: u64 = 0;
}

/** A record begins here. */
export function beginRecord(): void {
  Block.recordAt = Block.at;
  Block.recordItems = Block.items;
  Block.recordLevels = Block.levels;
}

/** Goes back to where the record began. */
export function rewindRecord(): void {
  Block.at = Block.recordAt;
  Block.items = Block.recordItems;
  Block.levels = Block.recordLevels;
}

/** How many items follow; 0: the array or map ends. */
export function readBlock(): u64 {
  let count = readLong();
  if (count < 0) {
    count = 0 - count;
    if (<u64>readLong() > <u64>(Block.end - Block.at)) giveUp();
  }
  // The smallest of all is its own negative: more than there may be.
  if (<u64>count > Block.items) giveUp();
  Block.items -= <u64>count;
  return <u64>count;
}

/** The type that a value of a union is of. */
export function chosenBranch(union: usize): usize {
  const branch = <u64>readLong();
  if (branch >= load<u32>(union, 4)) giveUp();
  return <usize>load<u32>(union + 8 + ((<usize>branch) << 2));
}

/** Goes one level down. */
export function enter(level: u32): void {
  if (level > MAX_LEVEL || Block.levels == 0) giveUp();
  Block.levels--;
}

/** Moves on by so many bytes and says where they begin. */
export function take(bytes: usize): usize {
  const from = Block.at;
  if (bytes > Block.end - from) giveUp();
  Block.at = from + bytes;
  return from;
}

/** A length of bytes that are there. */
export function readSize(): usize {
  const size = <u64>readLong();
  if (size > <u64>(Block.end - Block.at)) giveUp();
  return <usize>size;
}

/** A zigzag-coded variable-length integer. */
export function readLong(): i64 {
  const first = <u64>load<u8>(take(1));
  if (first < 0x80) return <i64>((first >> 1) ^ (0 - (first & 1)));
  let value = first & 0x7f;
  for (let shift: u64 = 7; ; shift += 7) {
    const byte = <u64>load<u8>(take(1));
    // The tenth byte has one bit to give.
    if (shift == 63 && byte > 1) giveUp();
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  return <i64>((value >> 1) ^ (0 - (value & 1)));
}
