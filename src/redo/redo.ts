import { join } from 'node:path';
import { SchemaRegistry } from '../broker/schema-registry.ts';
import { crc32c } from '../checksum.ts';
import type { Config } from '../config.ts';
import { ClientError, messageOf } from '../errors.ts';
import { Journal } from '../journal/journal.ts';
import { PartitionNotes } from '../journal/partition-notes.ts';
import type { Log } from '../log.ts';
import type { WorkerSettings } from '../pool/messages.ts';
import { syncFolder } from '../segment/durable.ts';
import { fileSums } from '../verify/file-sums.ts';
import { REDONE_FOLDER } from '../verify/redone.ts';
import { escapeOwnFolder } from '../worker/name/escape.ts';
import { topicFolder } from '../worker/name/topic-folder.ts';
import { AlertLines } from '../worker/write/alert-lines.ts';
import { OutputFolder } from '../worker/write/folder.ts';
import { type Letter, letterBases, readLetter } from './letter.ts';
import { LetterFailure, LetterThread, type LetterThreadEvents } from './letter-thread.ts';
import type { LetterAlert } from './messages.ts';
import { type Journaled, type Place, Places } from './place.ts';
import { removeLetter } from './removal.ts';

/** How many letters came to what end. */
export interface Redone {
  saved: number;
  filtered: number;
  /** Of offsets that a later attempt of the client had saved. */
  settled: number;
  /** Letters that stay, and why. */
  readonly left: string[];
}

/**
 * Runs the dead letters of an output folder through today's settings. A letter goes when what it gave is on the disk and in the
 * journal; until then everything can be done once more, so a crash at any moment loses nothing.
 *
 * @param settings of the folder, as a run's workers would have them.
 * @throws ClientError HOOK_LOAD, OUTPUT, WORKER_START
 */
export async function redo(
  settings: WorkerSettings,
  config: Config,
  log: Log,
  stop: AbortSignal,
): Promise<Redone> {
  const { output } = settings;
  if (output === null) throw new ClientError('OUTPUT', 'Dead letters are redone in an output folder.');
  const registry = new SchemaRegistry(config.decode, log, stop);
  const events: LetterThreadEvents = {
    log: (level, text, fields) => {
      log[level](fields, text);
    },
    schemaOf: async (schemaId) => {
      const answer = await registry.get(schemaId);
      if (answer.kind === 'unknown') throw new Error(answer.reason);
      return answer.schemaText;
    },
  };
  const thread = new LetterThread(settings, events, stop);
  const redoer = new Redoer(output, thread);
  const redone: Redone = { saved: 0, filtered: 0, settled: 0, left: [] };
  try {
    // A function that cannot be loaded is told even where there is no letter.
    await thread.start();
    for (const each of letterBases(output.dir)) {
      if (stop.aborted) break;
      const reason = await redoer.redo(each, redone).catch(reasonOf);
      if (reason === null) continue;
      redone.left.push(`${each.base}: ${reason}`);
      log.warn(`${each.base} stays: ${reason}`);
    }
  } finally {
    await thread.close();
  }
  return redone;
}

/** @throws ClientError: another letter would fare the same. */
function reasonOf(error: unknown): string {
  if (error instanceof ClientError) throw error;
  return messageOf(error);
}

class Redoer {
  readonly #dir: string;
  readonly #thread: LetterThread;
  readonly #folder: OutputFolder;
  readonly #places: Places;

  constructor(output: { dir: string; writer: string }, thread: LetterThread) {
    this.#dir = output.dir;
    this.#thread = thread;
    this.#folder = new OutputFolder(output.dir, output.writer, 0, []);
    this.#places = new Places(output.dir);
  }

  /** @returns why the letter stays; null: it is done. */
  async redo(at: { folder: string; base: string }, redone: Redone): Promise<string | null> {
    const letter = readLetter(this.#dir, at);
    const place = await this.#places.of(letter.folder, letter.message);
    if (place.kind === 'open')
      return 'no journal and no segment tells of its offset yet; run the client first, which comes to it again.';
    if (place.kind === 'moved')
      return 'a segment holds its alert, but the files of that segment are not there; bring them back, or remove the letter.';
    if (place.kind === 'other')
      return 'a segment holds another message of its offset, so the letter is of an earlier topic of that name, and the only copy; move it to the folder with the segments of that topic, or to an empty one, and redo it there.';
    if (place.kind === 'unknown')
      return 'a segment holds an alert of its offset, but its record does not say whether of the same message; compare them, and remove the letter, or move it to another folder and redo it there.';
    if (place.kind === 'earlier')
      return 'its offset was saved in a run that began the topic anew, so the letter may be of an earlier topic of that name, and the only copy; compare them, and remove the letter, or move it to another folder and redo it there.';
    if (place.kind === 'settled') {
      // Who published it may have been killed before its names were on the disk.
      for (const each of place.folders) await syncFolder(each);
      this.#remove(letter);
      redone.settled += 1;
      return null;
    }
    const alerts = await this.#alertsOf(letter, place).catch((error: unknown) => {
      if (!(error instanceof LetterFailure)) throw error;
      const { code, message: text } = error;
      this.#keep(letter, { code, text });
      return `${text} (${code})`;
    });
    if (typeof alerts === 'string') return alerts;
    const taken = place.kind === 'segment' ? undefined : alerts.find((alert) => this.#isTaken(alert, place));
    if (taken !== undefined) return await this.#whyTaken(taken.path);
    const earlier =
      place.kind === 'journal' ? alerts.find((alert) => isOfEarlierTopic(alert, letter, place)) : undefined;
    if (earlier !== undefined)
      return `${earlier.path} holds the alert of a higher offset, which was saved before a run began the topic anew, so that one may be of an earlier topic of that name; compare them, and remove the letter, or move it to another folder and redo it there.`;
    if (place.kind === 'segment') this.#saveBeside(letter, alerts);
    else await this.#saveFiles(letter, alerts, place);
    this.#remove(letter);
    if (alerts.some(({ bytes }) => bytes !== null)) redone.saved += 1;
    else redone.filtered += 1;
    return null;
  }

  #alertsOf({ message, folder }: Letter, { kind }: Place): Promise<readonly LetterAlert[]> {
    const topicPrefix = prefixOf(message.topic, folder);
    return this.#thread.alertsOf({ message, topicPrefix, inLines: kind === 'segment' });
  }

  async #whyTaken(path: string): Promise<string> {
    const elsewhere = await this.#places.savedElsewhere(path);
    return elsewhere === null
      ? `${path} is there already, and no journal says of which offset.`
      : `${path} holds an alert of another partition, ${elsewhere}, and nobody can tell which of the two is newer; compare them, and remove the letter, or move it to another folder and redo it there.`;
  }

  /** A file that no line names may be newer than the letter, or older: nobody can tell. One with the same bytes a crash left. */
  #isTaken({ path, bytes }: LetterAlert, place: Place): boolean {
    if (bytes === null || (place.kind === 'journal' && isNamed(path, place))) return false;
    const found = fileSums(join(this.#dir, path));
    return found !== null && found.crc32c !== crc32c(bytes);
  }

  /** One file a message, so that it is there as a whole or not at all. */
  #saveBeside({ folder, message }: Letter, alerts: readonly LetterAlert[]): void {
    const lines = alerts.flatMap(({ bytes }) => (bytes === null ? [] : [bytes, Buffer.from('\n')]));
    const path = `${REDONE_FOLDER}/${folder}/${message.partition}-${message.offset}.ndjson`;
    this.#folder.write(path, Buffer.concat(lines), true).publish();
    this.#folder.syncFolders();
  }

  async #saveFiles({ folder, message }: Letter, alerts: readonly LetterAlert[], place: Place): Promise<void> {
    const { topic, partition, offset } = message;
    const lines = new AlertLines(offset);
    for (const { path, bytes, stamps } of alerts) {
      lines.take(path, bytes, stamps);
      // A name holds the content of its highest offset.
      if (bytes === null || newestOf(path, offset, place) > offset) continue;
      for (const stamp of stamps) this.#folder.write(stamp.path, stamp.bytes, true).publish();
      this.#folder.write(path, bytes, true).publish();
    }
    this.#folder.syncFolders();
    if (place.kind !== 'journal') return;
    const notes = new PartitionNotes(offset, 'journal');
    const text = lines.toString();
    if (text === '') notes.absent(offset, 'filtered');
    else notes.saved(offset, text);
    await new Journal(this.#dir, () => folder, true).append([{ topic, partition, notes, upTo: offset + 1 }]);
    for (const { path, bytes } of alerts)
      if (bytes !== null) place.paths.set(path, Math.max(offset, place.paths.get(path) ?? -1));
  }

  #remove({ base }: Letter): void {
    removeLetter(join(this.#dir, base));
  }

  /** The letter says why it fails today. */
  #keep({ base, sidecar, error }: Letter, now: { readonly code: string; readonly text: string }): void {
    if (error.code === now.code && error.text === now.text) return;
    const text = `${JSON.stringify({ ...sidecar, error: now })}\n`;
    this.#folder.write(`${base}.json`, Buffer.from(text), true).publish();
    this.#folder.syncFolders();
  }
}

function isNamed(path: string, { paths, earlierPaths }: Journaled): boolean {
  return paths.has(path) || earlierPaths.has(path);
}

/** The highest offset that a name's content is of. @param offset of the letter: one from before the topic was begun anew is compared with all. */
function newestOf(path: string, offset: number, place: Place): number {
  if (place.kind !== 'journal') return -1;
  const { paths, earlierPaths, renewed } = place;
  return Math.max(paths.get(path) ?? -1, renewed.has(offset) ? (earlierPaths.get(path) ?? -1) : -1);
}

/** Whether nobody can tell which is newer, the alert of a letter or what its name holds: that was saved before the topic was begun anew. */
function isOfEarlierTopic(
  { path, bytes }: LetterAlert,
  { message: { offset } }: Letter,
  { paths, earlierPaths, renewed }: Journaled,
): boolean {
  if (bytes === null || renewed.has(offset)) return false;
  return !paths.has(path) && (earlierPaths.get(path) ?? -1) > offset;
}

/** What the topic's name had in front and its folder has not: a profile said so when the letter was written. */
function prefixOf(topic: string, folder: string): string {
  for (let at = 0; at < topic.length; at++)
    if (topicFolder(topic.slice(at), '') === escapeOwnFolder(folder)) return topic.slice(0, at);
  return '';
}
