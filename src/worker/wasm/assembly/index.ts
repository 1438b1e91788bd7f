import { FIELDS, INPUT, MAX_PAGES } from '../layout';
import { readByProgram } from './avro';
import { beginRecord, Block, rewindRecord } from './block';
import { readDocument } from './bson';
import { beginCaptures } from './capture';
import { beginKeys } from './keys';
import { makeGaps } from './double';
import { firstRoom } from './lines';
import { beginOutput, giveUp, Out } from './out';

// A message's bytes → JSON bytes, without objects. What is exported traps where it gives the message up.

/** The input is read in steps of 16 bytes, so that zeros must follow it. */
const PADDING = 64;

/** Once, before anything else. @param indent blanks a level; 0: compact. */
export function begin(indent: u32): void {
  reserve(0);
  Out.indent = indent;
  makeGaps();
}

/** Makes room for an input of so many bytes from INPUT on. */
export function reserve(bytes: usize): void {
  const pages = (INPUT + bytes + PADDING + 0x1ffff) >> 16;
  if (pages > MAX_PAGES) giveUp();
  const missing = <i32>pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) giveUp();
}

/**
 * The document of so many bytes at this place as JSON: see {@link outputStart}.
 *
 * @param keep where the tree of what is kept of it stands; 0: everything.
 * @param drop where the tree of keys stands that are left out at its top; 0: none.
 */
export function bson(at: usize, bytes: usize, literal: bool, keep: usize, drop: usize): void {
  const end = at + bytes;
  memory.fill(end, 0, PADDING);
  beginDocument(end + PADDING, literal);
  if (readDocument(at, end, false, 0, FIELDS, keep, drop) != end) giveUp();
}

/** Before the first record of a block of so many bytes at this place, with values that may be empty. */
export function beginBlock(at: usize, bytes: usize, emptyValues: u32): void {
  Block.at = at;
  Block.end = at + bytes;
  Block.items = <u64>bytes + emptyValues;
  Block.levels = Block.items;
  memory.fill(Block.end, 0, PADDING);
}

/** The next record of the block as JSON. @param program of its schema. */
export function avro(program: usize, literal: bool): void {
  beginRecord();
  beginDocument(Block.end + PADDING, literal);
  readByProgram(program, 0, 0, FIELDS);
}

/** The next record is the last one once more. */
export function again(): void {
  rewindRecord();
}

/** How many bytes of the block are left. */
export function blockLeft(): usize {
  return Block.end - Block.at;
}

export function outputStart(): usize {
  return Out.start;
}

export function outputEnd(): usize {
  return Out.at;
}

function beginDocument(outputAt: usize, literal: bool): void {
  beginOutput(outputAt);
  beginKeys();
  beginCaptures();
  Out.literal = literal;
  firstRoom();
}
