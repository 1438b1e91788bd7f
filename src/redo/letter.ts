import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { crc32c } from '../checksum.ts';
import { JOURNAL_FOLDER } from '../journal/line.ts';
import { heldMs } from '../timestamp.ts';
import { foldersIn } from '../verify/tree.ts';
import type { Message } from '../worker/message.ts';
import { escapeOwnFolder } from '../worker/name/escape.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import { finishRemovals } from './removal.ts';

const bytesSchema = v.nullable(
  v.pipe(
    v.object({ encoding: v.picklist(['utf8', 'base64']), data: v.string() }),
    v.transform(({ encoding, data }): Uint8Array => Buffer.from(data, encoding)),
  ),
);
const sidecarSchema = v.looseObject({
  topic: v.string(),
  partition: v.pipe(v.number(), v.safeInteger()),
  offset: v.pipe(v.number(), v.safeInteger()),
  // As records have it; early letters have it as it came.
  timestampMs: v.pipe(v.number(), v.finite(), v.transform(heldMs)),
  key: bytesSchema,
  headers: v.array(v.object({ key: v.string(), value: bytesSchema })),
  // Early letters have none.
  crc32c: v.optional(v.string()),
  error: v.object({ code: v.string(), text: v.string() }),
});

/** A dead letter as it lies in the folder. */
export interface Letter {
  /** The topic as folders name it. */
  readonly folder: string;
  readonly message: Message;
  readonly error: { readonly code: string; readonly text: string };
  /** Its sidecar as it stands there. */
  readonly sidecar: Readonly<Record<string, unknown>>;
  /** Below the output folder, without extension. */
  readonly base: string;
}

/**
 * Names of the dead letters of a folder, in offset order a partition: the later of two alerts with one name comes later. What a kill left of letters
 * that are done is taken away first. `folder` is where the topic's segments or its journal are, which in folders of earlier versions the letters' is not always.
 */
export function letterBases(dir: string): { readonly folder: string; readonly base: string }[] {
  const root = join(dir, DEAD_LETTER_FOLDER);
  return foldersIn(root).flatMap((folder) => {
    finishRemovals(join(root, folder));
    const of = existsSync(join(dir, JOURNAL_FOLDER, folder)) ? folder : escapeOwnFolder(folder);
    return letterPlaces(dir, folder)
      .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
      .map(({ name }) => ({ folder: of, base: `${DEAD_LETTER_FOLDER}/${folder}/${name}` }));
  });
}

/** Which message a dead letter is of, by its name without extension. */
export interface LetterPlace {
  readonly name: string;
  readonly partition: number;
  readonly offset: number;
}

/** The dead letters of a topic, in no order. @param folder the topic as folders name it. */
export function letterPlaces(dir: string, folder: string): LetterPlace[] {
  return readdirSync(join(dir, DEAD_LETTER_FOLDER, folder)).flatMap((file) => {
    const [, name, partition, offset] = /^((\d+)-(\d+))\.json$/.exec(file) ?? [];
    return name === undefined ? [] : [{ name, partition: Number(partition), offset: Number(offset) }];
  });
}

/** @throws Error where it cannot be read, or is not a whole letter. */
export function readLetter(dir: string, { folder, base }: { folder: string; base: string }): Letter {
  const sidecar = JSON.parse(readFileSync(join(dir, `${base}.json`), 'utf8')) as Record<string, unknown>;
  const letter = v.parse(sidecarSchema, sidecar);
  const { error, topic, partition, offset, timestampMs, key, headers } = letter;
  const value = readFileSync(join(dir, `${base}.bin`));
  if (letter.crc32c !== undefined && letter.crc32c !== crc32c(value))
    throw new Error(`${base}.bin is not the value that its .json tells of.`);
  return {
    folder,
    base,
    sidecar,
    error,
    message: { topic, partition, offset, timestampMs, key, headers, value },
  };
}
