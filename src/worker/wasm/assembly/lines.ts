import { KEY_QUOTED_AT, KEY_QUOTED_BYTES } from '../layout';
import { Out, room } from './out';

const BLANKS = i8x16.splat(0x20);

/** What any number, time or bracket may take behind its key, with what stores of 16 bytes write too much. */
const VALUE_ROOM: usize = 128;

/** Room for a bracket and more where none was kept by a key. */
export function firstRoom(): void {
  room(VALUE_ROOM);
}

/** Opens an object or array. */
export function writeBracket(bracket: u32): void {
  store<u8>(Out.at++, bracket);
}

/** Closes it: on a line of its own, unless it is empty. */
export function closeBracket(bracket: u32, isEmpty: bool, depth: u32): void {
  room(VALUE_ROOM + depth * Out.indent);
  if (!isEmpty) newLine(depth);
  store<u8>(Out.at++, bracket);
}

/** Writes what stands before an object's value; room for a number or a bracket is kept behind it. */
export function writeKey(key: usize, isFirst: bool, depth: u32): void {
  const bytes = <usize>load<u32>(key, KEY_QUOTED_BYTES);
  room(VALUE_ROOM + depth * Out.indent + bytes);
  if (!isFirst) store<u8>(Out.at++, 0x2c);
  newLine(depth);
  const quoted = <usize>load<u32>(key, KEY_QUOTED_AT);
  // Nearly all fit into two steps, which are taken without asking.
  v128.store(Out.at, v128.load(quoted));
  v128.store(Out.at, v128.load(quoted, 16), 16);
  for (let i: usize = 32; i < bytes; i += 16) v128.store(Out.at + i, v128.load(quoted + i));
  Out.at += bytes;
}

/** Writes what stands before an array's value, likewise. */
export function writeSeparator(isFirst: bool, depth: u32): void {
  room(VALUE_ROOM + depth * Out.indent);
  if (!isFirst) store<u8>(Out.at++, 0x2c);
  newLine(depth);
}

function newLine(depth: u32): void {
  if (Out.indent == 0) return;
  store<u8>(Out.at++, 0x0a);
  const blanks = <usize>(depth * Out.indent);
  for (let i: usize = 0; i < blanks; i += 16) v128.store(Out.at + i, BLANKS);
  Out.at += blanks;
}
