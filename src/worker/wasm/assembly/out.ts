import { MAX_PAGES } from '../layout';

/** Stores of 16 bytes may reach over what they mean to write, so this much behind the end always belongs to the memory. */
const SLACK: usize = 64;

/** The output: where it began, where the next byte goes, how far it may reach, and how it is laid out. */
export class Out {
  static start: usize = 0;
  static at: usize = 0;
  static end: usize = 0;
  /** Blanks a level; 0: compact. */
  static indent: u32 = 0;
  /** NaN and infinities are written as such, not as null. */
  static literal: bool = false;
}

/** Leaves this message to the other way, which knows every form and every error. The caller catches the trap. */
export function giveUp(): void {
  unreachable();
}

/** Begins an output at this place. */
export function beginOutput(at: usize): void {
  Out.start = (at + 15) & ~15;
  Out.at = Out.start;
  Out.end = ((<usize>memory.size()) << 16) - SLACK;
}

/** Makes sure that so many bytes can be written. */
export function room(bytes: usize): void {
  if (Out.at + bytes > Out.end) extend(bytes);
}

function extend(bytes: usize): void {
  const pages = ((Out.at + bytes - Out.end) >> 16) + 16;
  if (<usize>memory.size() + pages > MAX_PAGES) giveUp();
  if (memory.grow(<i32>pages) < 0) giveUp();
  Out.end += pages << 16;
}
