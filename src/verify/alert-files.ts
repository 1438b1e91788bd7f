import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertLine } from '../journal/parse.ts';
import { isGzip } from '../worker/decode/detect.ts';
import { inflateGzip } from '../worker/decode/inflate.ts';
import { findSums } from './file-sums.ts';
import type { Findings } from './findings.ts';
import { isJson } from './lines.ts';
import type { Partition } from './partitions.ts';

/**
 * A file that was written so shortly before its journal's end, or after it, may hold an alert that the journal does not know yet:
 * a client is running, or was killed between the file and the line.
 */
const AHEAD_MS = 60_000;

/** Of those that are taken out of alerts. */
const IMAGE = /\.fits(?:\.gz)?$/;
const FITS_BLOCK_BYTES = 2_880;
const FITS_KEY = 'SIMPLE  =';

const BEGUN_ANEW =
  'Files whose names higher offsets had before the topic was begun anew: it was made again, or another group has not come so far yet';

/** What a journal says of a file. */
interface Named {
  readonly of: Partition;
  readonly offset: number;
  readonly bytes: number;
  readonly crc32c: string;
  /** When the journal was last written to. */
  readonly writtenMs: number;
  /** How often the topic had been begun anew before. */
  readonly anew: number;
  /** The highest offset that had the name before that; -1: none. */
  readonly before: number;
}

/**
 * The files of the one-file-per-alert output, by path: some 300 bytes of memory each, which for ten million alerts is more than
 * Node.js gives itself (`NODE_OPTIONS=--max-old-space-size=8192`).
 */
export class AlertFiles {
  readonly #byPath = new Map<string, Named | Named[]>();

  /**
   * A line that counts says that this alert was saved there. The highest offset of a partition holds, of those since the topic was begun anew: it may be
   * another one since, whose offsets are lower.
   */
  named(of: Partition, { path, offset, bytes, crc32c }: AlertLine, writtenMs: number, anew = 0): void {
    const named: Named = { of, offset, bytes, crc32c, writtenMs, anew, before: -1 };
    const before = this.#byPath.get(path);
    if (before === undefined) {
      this.#byPath.set(path, named);
      return;
    }
    const all = Array.isArray(before) ? before : [before];
    // Of two alerts of one message with one name the later record is in the file.
    const others = all.filter((each) => each.of !== of);
    const own = all.find((each) => each.of === of);
    const kept = own === undefined ? named : later(own, named);
    this.#byPath.set(path, others.length === 0 ? kept : [...others, kept]);
  }

  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** Every file that is named is there, with the bytes of the alert that must be in it. */
  check(dir: string, findings: Findings): void {
    for (const [path, named] of this.#byPath) {
      const all = Array.isArray(named) ? named : [named];
      const [{ of, offset, before }] = all as [Named];
      const where = `${path}, of ${of.topic}/${of.partition} offset ${offset}`;
      const found = findSums(join(dir, path), where, findings);
      if (found === undefined) continue;
      if (found === null) findings.fault('lost', `${where}: the file is gone`);
      else if (!all.some(({ bytes, crc32c }) => bytes === found.bytes && crc32c === found.crc32c))
        this.#unlike(dir, path, where, all, findings);
      else if (before > offset) findings.note(BEGUN_ANEW, where);
    }
  }

  #unlike(dir: string, path: string, where: string, named: readonly Named[], findings: Findings): void {
    const full = join(dir, path);
    const { mtimeMs, size } = statSync(full);
    const isAhead = named.some(({ writtenMs }) => mtimeMs > writtenMs - AHEAD_MS);
    if (isAhead && isWhole(path, readFileSync(full))) {
      findings.note(
        'Files that are newer than what the journal says; a client is at work, or was killed: run it, then verify again',
        path,
      );
    } else {
      findings.fault('torn', `${where}: its ${size} bytes are not those that were saved`);
    }
  }
}

/** Which of two alerts of a partition is in the file. @param named was told of later. */
function later(own: Named, named: Named): Named {
  if (own.anew < named.anew) return { ...named, before: Math.max(own.before, own.offset) };
  return own.offset > named.offset ? own : { ...named, before: own.before };
}

/** Whether bytes that nobody has a checksum of can be what a file of this name holds. */
function isWhole(path: string, content: Buffer): boolean {
  return isJson(content.toString()) || (IMAGE.test(path) && isImage(content));
}

/** FITS, in gzip or as it is: in blocks, of which the first begins with the standard's first key. */
function isImage(content: Buffer): boolean {
  try {
    const fits = isGzip(content) ? inflateGzip(content) : content;
    return fits.length % FITS_BLOCK_BYTES === 0 && fits.toString('latin1', 0, FITS_KEY.length) === FITS_KEY;
  } catch {
    return false;
  }
}
