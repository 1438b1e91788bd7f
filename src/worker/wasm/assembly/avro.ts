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
import { chosenBranch, enter, readBlock, readLong, readSize, take } from './block';
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
import { skipByProgram } from './skip-avro';
import { writeDate, writeTimeOfDay } from './time';

/**
 * Reads one value by the program of its type (../avro-program.ts). Damage and rare types make it give up.
 *
 * @param depth of objects and arrays in the output.
 * @param level how deep it is in the schema, unions included.
 */
export function readByProgram(type: usize, depth: u32, level: u32, field: usize): void {
  while (load<u32>(type) == OP_UNION) {
    type = chosenBranch(type);
    enter(++level);
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
    case OP_INT:
      tellInteger(readInt(), field);
      return;
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
      const days = readInt();
      tellQuoted(writeDate(Out.at + 1, days), days, field);
      return;
    }
    case OP_TIME_OF_DAY: {
      // Of Avro's times of day, that in milliseconds is an int.
      const digits = load<u32>(type, 4);
      const count = digits == 3 ? readInt() : readLong();
      tellQuoted(writeTimeOfDay(Out.at + 1, count, digits), count, field);
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

/** A long that must fit into 32 bits. */
function readInt(): i64 {
  const value = readLong();
  if (value != <i64>(<i32>value)) giveUp();
  return value;
}

function readRecord(type: usize, depth: u32, level: u32, field: usize): void {
  enter(level);
  writeBracket(0x7b);
  const count = load<u32>(type, 4);
  let member = type + 8;
  let isFirst = true;
  for (let i: u32 = 0; i < count; i++, member += 8) {
    const key = <usize>load<u32>(member);
    const memberType = <usize>load<u32>(member, 4);
    if (key == 0) {
      skipByProgram(memberType, level);
      continue;
    }
    writeKey(key, isFirst, depth + 1);
    isFirst = false;
    readByProgram(memberType, depth + 1, level, field == 0 ? 0 : childField(field, key));
  }
  closeBracket(0x7d, isFirst, depth);
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
