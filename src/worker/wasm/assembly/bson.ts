import { KEY_NAME_BYTES } from '../layout';
import { writeBase64 } from './base64';
import { captureText, childField } from './capture';
import { keptOf, LEFT_OUT } from './keep';
import { closeObject, keyAt, noteKey, openObject, shadowMark } from './keys';
import { closeBracket, writeBracket, writeKey, writeSeparator } from './lines';
import { giveUp, Out } from './out';
import {
  tellBoolean,
  tellDouble,
  tellInteger,
  tellNull,
  tellString,
  tellTimestamp,
  tellUnsigned,
} from './scalars';
import { skipValue } from './skip-bson';
import { hex } from './text';

const MAX_DEPTH: u32 = 200;

/**
 * Reads a BSON document (see ../../decode/bson.ts for the forms) and says where it ends. Rare types and everything that is
 * wrong make it give up.
 *
 * @param keep the tree of what is kept of it; 0: everything.
 * @param drop the tree of keys that are left out at its top; 0: none.
 */
export function readDocument(
  at: usize,
  limit: usize,
  isArray: bool,
  depth: u32,
  field: usize,
  keep: usize,
  drop: usize,
): usize {
  if (depth > MAX_DEPTH || at + 5 > limit) giveUp();
  const length = <usize>load<u32>(at);
  if (length < 5 || length > limit - at) giveUp();
  const last = at + length - 1;
  if (load<u8>(last) != 0) giveUp();
  at += 4;
  writeBracket(isArray ? 0x5b : 0x7b);
  const isEmpty = isArray
    ? readItems(at, last, depth, keep)
    : readElements(at, last, depth, field, keep, drop);
  closeBracket(isArray ? 0x5d : 0x7d, isEmpty, depth);
  return last + 1;
}

/** @returns whether nothing of it is in the output. */
function readElements(at: usize, last: usize, depth: u32, field: usize, keep: usize, drop: usize): bool {
  const object = openObject(depth);
  const mark = shadowMark();
  let isFirst = true;
  while (at < last) {
    const type = <u32>load<u8>(at);
    const key = keyAt(at + 1, last);
    at += load<u32>(key, KEY_NAME_BYTES) + 2;
    const kept = drop != 0 && childField(drop, key) != 0 ? LEFT_OUT : keptOf(keep, key);
    if (kept == LEFT_OUT) {
      at = skipValue(type, at, last);
      continue;
    }
    noteKey(key, object, depth);
    writeKey(key, isFirst, depth + 1);
    isFirst = false;
    at = readValue(type, at, last, depth, field == 0 ? 0 : childField(field, key), kept);
  }
  if (at != last) giveUp();
  closeObject(depth, mark);
  return isFirst;
}

/** @returns whether there was none. */
function readItems(at: usize, last: usize, depth: u32, keep: usize): bool {
  let isFirst = true;
  while (at < last) {
    const type = <u32>load<u8>(at++);
    while (at < last && load<u8>(at) != 0) at++;
    writeSeparator(isFirst, depth + 1);
    isFirst = false;
    at = readValue(type, at + 1, last, depth, 0, keep);
  }
  if (at != last) giveUp();
  return isFirst;
}

/** Reads one value, which must end at `last` at the latest, and says where it ends. */
function readValue(type: u32, at: usize, last: usize, depth: u32, field: usize, keep: usize): usize {
  switch (type) {
    case 0x01:
      if (at + 8 > last) giveUp();
      tellDouble(load<f64>(at), field);
      return at + 8;
    case 0x02:
    case 0x0d:
    case 0x0e: {
      const end = at + 4 + sizeAt(at, last) - 1;
      if (end < at + 4 || load<u8>(end) != 0) giveUp();
      tellString(at + 4, end, field);
      return end + 1;
    }
    case 0x03:
    case 0x04:
      return readDocument(at, last, type == 0x04, depth + 1, field, keep, 0);
    case 0x05:
      return readBinary(at, last);
    case 0x06:
    case 0x0a:
      tellNull();
      return at;
    case 0x07:
      return readObjectId(at, last, field);
    case 0x08:
      if (at + 1 > last || load<u8>(at) > 1) giveUp();
      tellBoolean(load<u8>(at) == 1, field);
      return at + 1;
    case 0x09:
      if (at + 8 > last) giveUp();
      tellTimestamp(load<i64>(at), 3, true, field);
      return at + 8;
    case 0x10:
      if (at + 4 > last) giveUp();
      tellInteger(load<i32>(at), field);
      return at + 4;
    case 0x11:
      if (at + 8 > last) giveUp();
      tellUnsigned(load<u64>(at), field);
      return at + 8;
    case 0x12:
      if (at + 8 > last) giveUp();
      tellInteger(load<i64>(at), field);
      return at + 8;
    default:
      giveUp();
      return last;
  }
}

/** A length that is followed by so many bytes. */
function sizeAt(at: usize, last: usize): usize {
  if (at + 4 > last) giveUp();
  const size = <usize>load<u32>(at);
  if (size > last - at - 4) giveUp();
  return size;
}

function readBinary(at: usize, last: usize): usize {
  const from = at + 5;
  if (from > last) giveUp();
  const size = <usize>load<u32>(at);
  if (size > last - from) giveUp();
  // The old subtype 2 repeats the length inside.
  const skipped = load<u8>(at, 4) == 2 && size >= 4 ? 4 : 0;
  writeBase64(from + skipped, from + size);
  return from + size;
}

function readObjectId(at: usize, last: usize, field: usize): usize {
  if (at + 12 > last) giveUp();
  const start = Out.at + 1;
  store<u8>(Out.at, 0x22);
  for (let i: usize = 0; i < 12; i++) {
    const byte = <u32>load<u8>(at + i);
    store<u8>(start + 2 * i, hex(byte >> 4));
    store<u8>(start + 2 * i, hex(byte & 15), 1);
  }
  store<u8>(start, 0x22, 24);
  Out.at = start + 25;
  if (field != 0) captureText(field, start, start + 24);
  return at + 12;
}
