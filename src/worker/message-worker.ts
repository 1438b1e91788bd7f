import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { outcome, type Outcome } from '../batch/batch.ts';
import { crc32c } from '../checksum.ts';
import { messageOf } from '../errors.ts';
import type { MessageFailure, WorkerSettings } from '../pool/messages.ts';
import type { DatumForm } from './datum/form.ts';
import { DecodeError, SchemaNeeded } from './decode/error.ts';
import { stripPrefix } from '../topic-name.ts';
import type { WorkerGlimpses } from './glimpses.ts';
import type { Message } from './message.ts';
import { HookError } from './process/hook.ts';
import type { Stamp } from './select/stamps.ts';
import { AlertLines } from './write/alert-lines.ts';
import { writeDeadLetter } from './write/dead-letter.ts';
import type { OutputFolder } from './write/folder.ts';
import { OutputError } from './write/output-error.ts';
import type { Sink, StampSums, Unpublished } from './write/sink.ts';

/** What was done with a message, before its files have their names. */
export interface Processed {
  /** PENDING: only part of its alerts fitted into the budget, so its offset is not finished. */
  readonly result: Outcome;
  readonly files: readonly Unpublished[];
  readonly savedAlerts: number;
  readonly savedBytes: number;
  readonly filteredAlerts: number;
  readonly failure: MessageFailure | null;
  /** What to tell somebody who wants to read of each alert. */
  readonly lines: readonly string[];
  /** Lines of the journal, where there is one; none unless something was saved. */
  readonly journal: string;
  /** Images that were taken out of the alerts, where no journal tells of them; they are among the files. */
  readonly stamps: readonly StampSums[];
}

/** `--on-error stop`: this message ends the run. */
export class StopAtMessage extends Error {
  override readonly name = 'StopAtMessage';
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** One alert of a message, ready to be written. */
export interface PreparedAlert {
  readonly path: string;
  /** The file's content, valid until the next alert is prepared; null: it is not to be saved, as a filter or the hook says. */
  readonly bytes: Uint8Array | null;
  /** What the bytes are; null: a file's, as they are. */
  readonly form?: DatumForm | null;
  /** Files that go with it, and are there before it. */
  readonly stamps?: readonly Stamp[] | undefined;
}

/**
 * Turns a message into alerts: the fast way from bytes to bytes, or by way of the user's function.
 * @throws DecodeError, HookError, SchemaNeeded
 */
export type Prepare = (
  message: Message,
  take: (alert: PreparedAlert) => void,
  wanted: number,
) => Promise<{ readonly complete: boolean }> | { readonly complete: boolean };

/** Takes an alert that was not selected. */
export function dropping(take: (alert: PreparedAlert) => void): () => void {
  return () => {
    take({ path: '', bytes: null });
  };
}

/** So many bad messages, and the thread's event loop turns once. */
const FAILURES_A_TURN = 50;

/** Message → files under temporary names, or a dead letter. */
export class MessageWorker {
  readonly #settings: WorkerSettings;
  readonly #prepare: Prepare;
  readonly #sink: Sink | null;
  readonly #folder: OutputFolder | null;
  readonly #glimpses: WorkerGlimpses | null;
  #failures = 0;

  /**
   * @param sink where alerts go; null: nowhere, each is only told of.
   * @param glimpses is shown what was saved.
   */
  constructor(
    settings: WorkerSettings,
    prepare: Prepare,
    sink: Sink | null,
    folder: OutputFolder | null,
    glimpses: WorkerGlimpses | null = null,
  ) {
    this.#settings = settings;
    this.#prepare = prepare;
    this.#sink = sink;
    this.#folder = folder;
    this.#glimpses = glimpses;
  }

  /**
   * @param budget how many alerts may be saved at the most.
   * @throws SchemaNeeded, OutputError, StopAtMessage
   */
  async process(message: Message, budget: number): Promise<Processed> {
    const files: Unpublished[] = [];
    const stampSums: StampSums[] = [];
    const lines: string[] = [];
    const journal = this.#sink?.journaled === true ? new AlertLines(message.offset) : null;
    let savedAlerts = 0;
    let savedBytes = 0;
    let filteredAlerts = 0;
    const take = ({ path, bytes, form = null, stamps = [] }: PreparedAlert): void => {
      journal?.take(path, bytes, stamps);
      if (bytes === null) {
        filteredAlerts += 1;
        return;
      }
      savedAlerts += 1;
      savedBytes += bytes.byteLength;
      for (const stamp of stamps) {
        savedBytes += stamp.bytes.byteLength;
        if (this.#folder !== null && this.#sink !== null)
          files.push(this.#sink.writeStamp(stamp.path, stamp.bytes));
        if (journal === null)
          stampSums.push({
            path: stamp.path,
            bytes: stamp.bytes.byteLength,
            crc32c: crc32c(stamp.bytes),
          });
      }
      if (this.#sink !== null) files.push(this.#sink.write(message, path, bytes, form));
      if (this.#settings.logEachAlert) lines.push(this.#line(message, path, files.at(-1)));
    };
    try {
      const { complete } = await this.#prepare(message, take, budget);
      const result = complete ? (savedAlerts > 0 ? outcome.SAVED : outcome.FILTERED) : outcome.PENDING;
      if (savedAlerts > 0) this.#glimpses?.saved(message);
      return {
        result,
        files,
        savedAlerts,
        savedBytes,
        filteredAlerts,
        failure: null,
        lines,
        journal: journal?.toString() ?? '',
        stamps: stampSums,
      };
    } catch (error) {
      for (const file of files) file.discard();
      if (error instanceof SchemaNeeded || (error instanceof OutputError && !isNamesFault(error)))
        throw error;
      // What a failed inflate held, 128 KB, Node gives back only when the loop turns; a batch of awaits alone never lets it.
      if (++this.#failures % FAILURES_A_TURN === 0) await turnOfTheLoop();
      return this.#fail(message, asFailure(error));
    }
  }

  /** A message whose files cannot have their names. @throws the error where it is not its fault; OutputError, StopAtMessage */
  refuse(message: Message, { files, failure }: Processed, error: unknown): Processed {
    if (failure !== null || !(error instanceof OutputError) || !isNamesFault(error)) throw error;
    for (const file of files) file.discard();
    return this.#fail(message, asFailure(error));
  }

  /** A message that killed its worker twice. @throws OutputError, StopAtMessage */
  bury(message: Message): Processed {
    return this.#fail(message, {
      code: 'WORKER_DIED',
      text: 'The worker died twice at this message: out of memory, process.exit, or processAlert never returned.',
      stack: undefined,
    });
  }

  #fail(message: Message, error: { code: string; text: string; stack: string | undefined }): Processed {
    const { onError, topicPrefix, output } = this.#settings;
    if (onError === 'stop') throw new StopAtMessage(error.code, error.text);
    let files: readonly Unpublished[] = [];
    let fate = onError === 'dead-letter' ? 'it would be kept as a dead letter' : 'skipped';
    if (onError === 'dead-letter' && this.#folder !== null && output !== null) {
      const folderTopic = stripPrefix(message.topic, topicPrefix);
      files = writeDeadLetter(this.#folder, message, folderTopic, error, output.sync !== 'none');
      fate = `kept as ${files[0]?.path ?? ''}`;
    }
    return {
      // Without a folder it would only be one.
      result: onError === 'dead-letter' ? outcome.DEAD : outcome.SKIPPED,
      files,
      savedAlerts: 0,
      savedBytes: 0,
      filteredAlerts: 0,
      failure: { offset: message.offset, ...error, fate },
      lines: [],
      journal: '',
      stamps: [],
    };
  }

  #line(message: Message, path: string, file: Unpublished | undefined): string {
    if (file !== undefined) return `Saved alert ${file.path}`;
    const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.json$/, '');
    return `Received alert ${name} on topic '${stripPrefix(message.topic, this.#settings.topicPrefix)}'`;
  }
}

/** A file whose name collides with a folder's (or the other way round): only this message is to blame. */
function isNamesFault(error: OutputError): boolean {
  return ['EISDIR', 'EEXIST', 'ENOTDIR', 'ENAMETOOLONG', 'ENOTEMPTY'].includes(error.code);
}

/** What goes into a dead letter of what was thrown. */
export function asFailure(error: unknown): { code: string; text: string; stack: string | undefined } {
  const stack =
    error instanceof Error ? (error.cause instanceof Error ? error.cause.stack : error.stack) : undefined;
  if (error instanceof DecodeError || error instanceof HookError) {
    return { code: error.code, text: error.message, stack };
  }
  if (error instanceof OutputError) return { code: 'NAME_TAKEN', text: error.message, stack };
  // Total on purpose: whatever a hostile message made our own code throw is that message's fault, not the night's.
  return { code: 'UNREADABLE', text: messageOf(error), stack };
}
