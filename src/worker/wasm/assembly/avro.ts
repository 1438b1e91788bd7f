import {
  OP_ARRAY,
  OP_BOOLEAN,
  OP_BYTES,
  OP_DATE,
  OP_DOUBLE,
  OP_ENUM,
  OP_FIXED,
  OP_FLOAT,
  OP_GIVE_UP,
  OP_INT,
  OP_LONG,
  OP_MAP,
  OP_NULL,
  OP_RECORD,
  OP_STRING,
  OP_TIME_OF_DAY,
  OP_TIMESTAMP,
  OP_UNION,
} from '../layout';
import { writeBase64 } from './base64';
import { captureText, childField } from './capture';
import { closeObject, keyOf, noteKey, openObject, shadowMark } from './keys';
import { closeBracket, writeBracket, writeKey, writeSeparator } from './lines';
import { giveUp, Out, room } from './out';
import {
  tellBoolean,
  tellDouble,
  tellInteger,
  tellNull,
  tellQuoted,
  tellString,
  tellTimestamp,
} from './scalars';
import { writeDate, writeTimeOfDay } from './time';

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
}

/**
 * Reads one value by the program of its type (../avro-program.ts). Damage and rare types make it give up.
 *
 * @param depth of objects and arrays in the output.
 * @param level how deep it is in the schema, unions included.
 */
export function readByProgram(type: usize, depth: u32, level: u32, field: usize): void {
  while (load<u32>(type) == OP_UNION) {
    const branch = <u64>readLong();
    if (branch >= load<u32>(type, 4)) giveUp();
    enter(++level);
    type = <usize>load<u32>(type + 8 + ((<usize>branch) << 2));
  }
  switch (load<u32>(type)) {
    case OP_NULL:
      tellNull();
      return;
    case OP_BOOLEAN: {
      const value = load<u8>(take(1));
      if (value > 1) giveUp();
      tellBoolean(value == 1, field);
      return;
    }
    case OP_INT: {
      const value = readLong();
      if (value != <i64>(<i32>value)) giveUp();
      tellInteger(value, field);
      return;
    }
    case OP_LONG:
      tellInteger(readLong(), field);
      return;
    case OP_FLOAT:
      tellDouble(<f64>load<f32>(take(4)), field);
      return;
    case OP_DOUBLE:
      tellDouble(load<f64>(take(8)), field);
      return;
    case OP_BYTES: {
      const size = readSize();
      const from = take(size);
      writeBase64(from, from + size);
      return;
    }
    case OP_STRING: {
      const size = readSize();
      const from = take(size);
      tellString(from, from + size, field);
      return;
    }
    case OP_FIXED: {
      const size = <usize>load<u32>(type, 4);
      const from = take(size);
      writeBase64(from, from + size);
      return;
    }
    case OP_ENUM:
      readSymbol(type, field);
      return;
    case OP_RECORD:
      readRecord(type, depth, level + 1, field);
      return;
    case OP_ARRAY:
      readArray(<usize>load<u32>(type, 4), depth, level + 1);
      return;
    case OP_MAP:
      readMap(<usize>load<u32>(type, 4), depth, level + 1, field);
      return;
    case OP_DATE: {
      const days = readLong();
      tellQuoted(writeDate(Out.at + 1, days), days, field);
      return;
    }
    case OP_TIME_OF_DAY: {
      const count = readLong();
      tellQuoted(writeTimeOfDay(Out.at + 1, count, load<u32>(type, 4)), count, field);
      return;
    }
    case OP_TIMESTAMP:
      tellTimestamp(readLong(), load<u32>(type, 4), load<u32>(type, 8) != 0, field);
      return;
    case OP_GIVE_UP:
    default:
      giveUp();
  }
}

function readRecord(type: usize, depth: u32, level: u32, field: usize): void {
  enter(level);
  writeBracket(0x7b);
  const count = load<u32>(type, 4);
  let member = type + 8;
  for (let i: u32 = 0; i < count; i++, member += 8) {
    const key = <usize>load<u32>(member);
    writeKey(key, i == 0, depth + 1);
    readByProgram(<usize>load<u32>(member, 4), depth + 1, level, field == 0 ? 0 : childField(field, key));
  }
  closeBracket(0x7d, count == 0, depth);
}

function readArray(itemType: usize, depth: u32, level: u32): void {
  enter(level);
  writeBracket(0x5b);
  let isFirst = true;
  for (let count = readBlock(); count > 0; count = readBlock()) {
    for (; count > 0; count--) {
      writeSeparator(isFirst, depth + 1);
      isFirst = false;
      readByProgram(itemType, depth + 1, level, 0);
    }
  }
  closeBracket(0x5d, isFirst, depth);
}

function readMap(valueType: usize, depth: u32, level: u32, field: usize): void {
  enter(level);
  writeBracket(0x7b);
  const object = openObject(depth);
  const mark = shadowMark();
  let isFirst = true;
  for (let count = readBlock(); count > 0; count = readBlock()) {
    for (; count > 0; count--) {
      const size = readSize();
      const from = take(size);
      const key = keyOf(from, from + size);
      noteKey(key, object, depth);
      writeKey(key, isFirst, depth + 1);
      isFirst = false;
      readByProgram(valueType, depth + 1, level, field == 0 ? 0 : childField(field, key));
    }
  }
  closeObject(depth, mark);
  closeBracket(0x7d, isFirst, depth);
}

function readSymbol(type: usize, field: usize): void {
  const index = <u64>readLong();
  if (index >= load<u32>(type, 4)) giveUp();
  const symbol = type + 8 + ((<usize>index) << 4);
  const quoted = <usize>load<u32>(symbol);
  const bytes = <usize>load<u32>(symbol, 4);
  if (quoted == 0) giveUp();
  room(bytes + 64);
  memory.copy(Out.at, quoted, bytes);
  Out.at += bytes;
  if (field == 0) return;
  const text = <usize>load<u32>(symbol, 8);
  captureText(field, text, text + load<u32>(symbol, 12));
}

/** How many items follow; 0: the array or map ends. */
function readBlock(): u64 {
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

function enter(level: u32): void {
  if (level > MAX_LEVEL || Block.levels == 0) giveUp();
  Block.levels--;
}

/** Moves on by so many bytes and says where they begin. */
function take(bytes: usize): usize {
  const from = Block.at;
  if (bytes > Block.end - from) giveUp();
  Block.at = from + bytes;
  return from;
}

/** A length of bytes that are there. */
function readSize(): usize {
  const size = <u64>readLong();
  if (size > <u64>(Block.end - Block.at)) giveUp();
  return <usize>size;
}

/** A zigzag-coded variable-length integer. */
function readLong(): i64 {
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
