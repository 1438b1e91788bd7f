import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEAD_LETTER_FOLDER } from '../worker/write/dead-letter.ts';
import type { DeadLetter, DeadLetters } from './messages.ts';
import { Refusal } from './server.ts';

const MOST_SHOWN = 200;
/** A person looks at the beginning. */
const MOST_BYTES = 64 * 1024;

/** The newest dead letters of an output folder, the latest first. */
export async function listLetters(dir: string): Promise<DeadLetters> {
  const root = join(dir, DEAD_LETTER_FOLDER);
  const names: string[] = [];
  let total = 0;
  for (const folder of await entriesOf(root)) {
    const letters = (await entriesOf(join(root, folder)))
      .map((file) => /^(\d+-(\d+))\.json$/.exec(file))
      .filter((match) => match !== null)
      .sort((a, b) => Number(b[2]) - Number(a[2]));
    total += letters.length;
    for (const [, name] of letters.slice(0, MOST_SHOWN)) names.push(`${folder}/${name ?? ''}`);
  }
  const letters: DeadLetter[] = [];
  for (const name of names) {
    // One may go meanwhile: `redo` takes them away.
    const letter = await readLetter(root, name).catch(() => null);
    if (letter !== null) letters.push(letter);
  }
  letters.sort((a, b) => b.timestampMs - a.timestampMs);
  return { letters: letters.slice(0, MOST_SHOWN), total };
}

/** The first bytes of a dead letter. @throws Refusal */
export async function letterBytes(dir: string, name: string): Promise<Buffer> {
  // Exactly a folder and a file that a dead letter has; nothing that leads elsewhere.
  if (!/^(?!\.\.?\/)[^/\\\0]+\/\d+-\d+$/.test(name)) throw new Refusal(404, 'There is no such dead letter.');
  try {
    const file = await open(join(dir, DEAD_LETTER_FOLDER, `${name}.bin`));
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    throw new Refusal(404, 'This dead letter is no longer there.');
  }
}

async function readLetter(root: string, name: string): Promise<DeadLetter> {
  const { topic, partition, offset, timestampMs, bytes, error } = JSON.parse(
    await readFile(join(root, `${name}.json`), 'utf8'),
  ) as Omit<DeadLetter, 'name'> & { error: { code: string; text: string } };
  return { name, topic, partition, offset, timestampMs, bytes, code: error.code, text: error.text };
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
