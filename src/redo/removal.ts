import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { removeIfThere } from '../temporary.ts';

/** Instead of .json: the letter is none any more, only its files are not gone yet. */
const GONE = '.gone';

/**
 * Removes a letter. It is two files, and a kill may come between them; so first one rename says that it is no letter any more.
 *
 * @param base of its files, without extension.
 */
export function removeLetter(base: string): void {
  renameSync(`${base}.json`, `${base}${GONE}`);
  finish(base);
}

/** Brings to an end what a kill has cut off in a topic's folder of letters. */
export function finishRemovals(folder: string): void {
  for (const name of readdirSync(folder))
    if (name.endsWith(GONE)) finish(join(folder, name.slice(0, -GONE.length)));
}

function finish(base: string): void {
  // The message may have come again meanwhile: then the bytes are a new letter's.
  if (!existsSync(`${base}.json`)) removeIfThere(`${base}.bin`);
  removeIfThere(`${base}${GONE}`);
}
