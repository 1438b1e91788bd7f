import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Message } from '../worker/message.ts';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';

const bytesSchema = z
  .object({ encoding: z.enum(['utf8', 'base64']), data: z.string() })
  .transform(({ encoding, data }): Uint8Array => Buffer.from(data, encoding))
  .nullable();
const sidecarSchema = z.looseObject({
  topic: z.string(),
  partition: z.number().int(),
  offset: z.number().int(),
  timestampMs: z.number().int(),
  key: bytesSchema,
  headers: z.array(z.object({ key: z.string(), value: bytesSchema })),
  error: z.object({ code: z.string(), text: z.string() }),
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

/** Names of the dead letters of a folder, in offset order a partition: the later of two alerts with one name comes later. */
export function letterBases(dir: string): { readonly folder: string; readonly base: string }[] {
  const root = join(dir, DEAD_LETTER_FOLDER);
  return foldersOf(root).flatMap((folder) =>
    readdirSync(join(root, folder))
      .map((name) => /^(\d+)-(\d+)\.json$/.exec(name))
      .filter((match) => match !== null)
      .sort((a, b) => Number(a[1]) - Number(b[1]) || Number(a[2]) - Number(b[2]))
      .map(([name]) => ({
        folder,
        base: `${DEAD_LETTER_FOLDER}/${folder}/${name.slice(0, -'.json'.length)}`,
      })),
  );
}

function foldersOf(root: string): string[] {
  try {
    return readdirSync(root).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** @throws Error where it cannot be read, or is not a whole letter. */
export function readLetter(dir: string, { folder, base }: { folder: string; base: string }): Letter {
  const sidecar = JSON.parse(readFileSync(join(dir, `${base}.json`), 'utf8')) as Record<string, unknown>;
  const { error, topic, partition, offset, timestampMs, key, headers } = sidecarSchema.parse(sidecar);
  const value = readFileSync(join(dir, `${base}.bin`));
  return {
    folder,
    base,
    sidecar,
    error,
    message: { topic, partition, offset, timestampMs, key, headers, value },
  };
}
