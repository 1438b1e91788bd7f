import {
  KEY_NAME,
  KEY_NAME_BYTES,
  KEY_NEXT,
  KEY_QUOTED_AT,
  KEY_QUOTED_BYTES,
  KEY_SEEN_DEPTH,
  KEY_SEEN_IN,
  KEY_SLOT_COUNT,
  KEY_SLOTS,
  KEYS,
  OPEN_OBJECTS,
  PROGRAMS,
  SHADOWED,
} from '../layout';
import { giveUp, Out } from './out';
import { writeString } from './text';

/** Longer names are no names. */
const MAX_NAME_BYTES: u32 = 1_024;
/** No more keys than slots by half, so that a free slot is never far. */
const MAX_KEYS = KEY_SLOT_COUNT / 2;
const SHADOW_BYTES: usize = 12;
/** Objects are counted up to here; then the keys are forgotten and it begins anew. */
const MAX_OBJECTS: u32 = 0x7fff_ffff;

/**
 * Known keys. An alert has the same ones in the same order thousands of times over, so the key that followed last time is
 * compared first. Each has its quoted form ready, and remembers in which object it came last: that is how a repeated one is noticed.
 */
class Keys {
  static top: usize = 0;
  static count: i32 = 0;
  static last: usize = 0;
  static objects: u32 = 0;
  static shadowed: usize = SHADOWED;
}

/** Forgets all keys where a message of very many could not be held any more. Call it before each document. */
export function beginKeys(): void {
  Keys.shadowed = SHADOWED;
  const isFull = Keys.count > MAX_KEYS / 2 || Keys.top > (KEYS + SHADOWED) / 2;
  if (Keys.top != 0 && !isFull && Keys.objects < MAX_OBJECTS) return;
  memory.fill(KEY_SLOTS, 0, KEY_SLOT_COUNT * 4);
  // Stands before the first key: it has no name.
  memory.fill(KEYS, 0, KEY_NAME + 16);
  Keys.last = KEYS;
  Keys.top = KEYS + KEY_NAME + 16;
  Keys.count = 0;
  Keys.objects = 0;
}

/** The key whose name stands here and ends with NUL, before `end`. */
export function keyAt(at: usize, end: usize): usize {
  const guess = <usize>load<u32>(Keys.last, KEY_NEXT);
  if (guess != 0 && startsWith(at, guess, load<u32>(guess, KEY_NAME_BYTES) + 1)) {
    Keys.last = guess;
    return guess;
  }
  let nul = at;
  while (nul < end && load<u8>(nul) != 0) nul++;
  if (nul >= end) giveUp();
  const key = keyOf(at, nul);
  store<u32>(Keys.last, <u32>key, KEY_NEXT);
  Keys.last = key;
  return key;
}

/** The key of this name. */
export function keyOf(from: usize, end: usize): usize {
  const bytes = <u32>(end - from);
  if (bytes > MAX_NAME_BYTES) giveUp();
  let slot = hash(from, end);
  for (;;) {
    slot &= KEY_SLOT_COUNT - 1;
    const key = <usize>load<u32>(KEY_SLOTS + (slot << 2));
    if (key == 0) break;
    if (load<u32>(key, KEY_NAME_BYTES) == bytes && startsWith(from, key, bytes)) return key;
    slot++;
  }
  const key = addKey(from, bytes);
  store<u32>(KEY_SLOTS + (slot << 2), <u32>key);
  return key;
}

/** Notes that the key comes in this object. Gives up where it has come already. */
export function noteKey(key: usize, object: u32, depth: u32): void {
  const seenIn = load<u32>(key, KEY_SEEN_IN);
  if (seenIn == object) giveUp();
  const seenDepth = load<u32>(key, KEY_SEEN_DEPTH);
  if (seenIn != 0 && load<u32>(OPEN_OBJECTS + ((<usize>seenDepth) << 2)) == seenIn)
    shadow(key, seenIn, seenDepth);
  store<u32>(key, object, KEY_SEEN_IN);
  store<u32>(key, depth, KEY_SEEN_DEPTH);
}

/** A new object at this depth: its number. */
export function openObject(depth: u32): u32 {
  const object = ++Keys.objects;
  store<u32>(OPEN_OBJECTS + ((<usize>depth) << 2), object);
  return object;
}

/** How many keys are shadowed now. Hand it to {@link closeObject}. */
export function shadowMark(): usize {
  return Keys.shadowed;
}

export function closeObject(depth: u32, mark: usize): void {
  store<u32>(OPEN_OBJECTS + ((<usize>depth) << 2), 0);
  while (Keys.shadowed > mark) {
    Keys.shadowed -= SHADOW_BYTES;
    const key = <usize>load<u32>(Keys.shadowed);
    store<u32>(key, load<u32>(Keys.shadowed, 4), KEY_SEEN_IN);
    store<u32>(key, load<u32>(Keys.shadowed, 8), KEY_SEEN_DEPTH);
  }
}

function shadow(key: usize, object: u32, depth: u32): void {
  if (Keys.shadowed + SHADOW_BYTES > PROGRAMS) giveUp();
  store<u32>(Keys.shadowed, <u32>key);
  store<u32>(Keys.shadowed, object, 4);
  store<u32>(Keys.shadowed, depth, 8);
  Keys.shadowed += SHADOW_BYTES;
}

/** Whether the first bytes here are those of the key's name (and the NULs behind it). */
function startsWith(at: usize, key: usize, bytes: u32): bool {
  let name = key + KEY_NAME;
  for (; bytes >= 32; bytes -= 16) {
    if (equalBytes(at, name) != 0xffff) return false;
    at += 16;
    name += 16;
  }
  // Most names come here at once, with no branch on their length.
  const wanted: u32 = (1 << bytes) - 1;
  return ((<u32>equalBytes(at, name) | ((<u32>equalBytes(at + 16, name + 16)) << 16)) & wanted) == wanted;
}

/** Which of sixteen bytes are equal. */
function equalBytes(at: usize, other: usize): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(other)));
}

/** FNV-1a. */
function hash(from: usize, end: usize): u32 {
  let value: u32 = 0x811c9dc5;
  for (; from < end; from++) value = (value ^ <u32>load<u8>(from)) * 0x01000193;
  return value ^ (value >> 15);
}

function addKey(from: usize, bytes: u32): usize {
  const key = Keys.top;
  const quotedAt = (key + KEY_NAME + bytes + 16) & ~15;
  const most = quotedAt + 6 * bytes + 80;
  if (Keys.count >= MAX_KEYS || most > SHADOWED) giveUp();
  memory.fill(key, 0, quotedAt - key);
  memory.copy(key + KEY_NAME, from, bytes);
  for (let i: u32 = 0; i < bytes; i++) if (load<u8>(from + i) == 0) giveUp();
  store<u32>(key, bytes, KEY_NAME_BYTES);
  store<u32>(key, <u32>quotedAt, KEY_QUOTED_AT);
  store<u32>(key, writeQuoted(quotedAt, from, from + bytes), KEY_QUOTED_BYTES);
  Keys.top = (quotedAt + load<u32>(key, KEY_QUOTED_BYTES) + 31) & ~15;
  Keys.count++;
  return key;
}

/** Writes a name in quotes with its colon and says how long that is. */
function writeQuoted(at: usize, from: usize, end: usize): u32 {
  const outAt = Out.at;
  Out.at = at;
  writeString(from, end);
  store<u16>(Out.at, 0x203a);
  const bytes = Out.at + (Out.indent > 0 ? 2 : 1) - at;
  Out.at = outAt;
  return <u32>bytes;
}
