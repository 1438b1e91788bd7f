import { type BatchView, outcome, type Outcome } from '../../batch/batch.ts';
import type { ChunkPart, CutAt, SegmentChunk } from '../../pool/messages.ts';
import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';
import type { OutputFolder } from './folder.ts';
import type { SegmentEncoder } from './segment-encoder.ts';
import type { Finished, Sink, Unpublished } from './sink.ts';

/** A chunk ends when it goes into so many files, so that it fits into a segment that may have only a few more. */
const MAX_PARTS = 64;

/** What is being put together for one file. */
interface Part {
  readonly encoder: SegmentEncoder;
  alerts: number;
}

/**
 * Alerts as parts of segments. A worker encodes (and compresses) chunks; the main thread, which owns the partition's open segment,
 * puts them behind each other in offset order. Only there is a message finished: what a worker still holds dies with it.
 */
export class Segments implements Sink {
  readonly journaled = false;
  readonly takesPartOfMessage = false;
  readonly #newEncoder: () => SegmentEncoder;
  readonly #folderOf: (relativePath: string) => string;
  readonly #chunkBytes: number;
  readonly #folder: OutputFolder | null;
  readonly #syncDeadLetters: boolean;
  readonly #send: (batchId: number, chunk: SegmentChunk) => void;
  #batchId = -1;
  #cutAt: CutAt | null = null;
  /** Of the messages from `#from` on, one each. */
  #from = 0;
  #outcomes: Outcome[] = [];
  #alerts: number[] = [];
  /** By the folder of their file. */
  #parts = new Map<string, Part>();
  /** Of the file that the encoder's alerts must go into. */
  #head: Uint8Array | null = null;

  /**
   * @param folderOf the folder of an alert's file by the path that it is named by; the same for all: a partition has one file at a time.
   * @param folder where dead letters are; null: there are none.
   * @param chunkBytes a chunk ends when it holds so many bytes before compression.
   */
  constructor(
    newEncoder: () => SegmentEncoder,
    folderOf: (relativePath: string) => string,
    chunkBytes: number,
    folder: OutputFolder | null,
    syncDeadLetters: boolean,
    send: (batchId: number, chunk: SegmentChunk) => void,
  ) {
    this.#newEncoder = newEncoder;
    this.#folderOf = folderOf;
    this.#chunkBytes = chunkBytes;
    this.#folder = folder;
    this.#syncDeadLetters = syncDeadLetters;
    this.#send = send;
  }

  begin(batchId: number, view: BatchView, cutAt: CutAt | null): void {
    this.#batchId = batchId;
    this.#cutAt = cutAt;
    this.#from = view.firstPending();
    this.#outcomes = [];
    this.#alerts = [];
    this.#parts.clear();
  }

  write(message: Message, relativePath: string, bytes: Uint8Array, form: DatumForm | null): Unpublished {
    const head = this.#partOf(relativePath).encoder.headOf?.(form) ?? null;
    // One chunk goes into one segment, whose files have one head. All alerts of a message have the same.
    if (this.#length > 0 && !isSame(head, this.#head)) this.end();
    this.#head = head;
    const part = this.#partOf(relativePath);
    const { encoder } = part;
    const start = encoder.length;
    encoder.add(message, bytes, form);
    part.alerts += 1;
    return {
      path: relativePath,
      // Its segment will be.
      publish: () => undefined,
      discard: () => {
        encoder.truncate(Math.min(start, encoder.length));
        part.alerts -= 1;
      },
    };
  }

  needsFolderSync(): boolean {
    // Nothing waits for a sync at the batch's end: a chunk must not hold more than the messages that are finished.
    return false;
  }

  syncFolders(): void {
    this.#folder?.syncFolders();
  }

  finish(view: BatchView, index: number, { result, savedAlerts }: Finished): void {
    // Tombstones in between were finished before they came here.
    for (let at = this.#from + this.#outcomes.length; at < index; at++) this.#note(view.outcomeAt(at), 0);
    if (result === outcome.DEAD && this.#syncDeadLetters) this.#folder?.syncFolders();
    this.#note(result, savedAlerts);
    if (this.#length >= this.#chunkBytes || this.#parts.size >= MAX_PARTS || this.#isCut(index + 1))
      this.end();
  }

  end(): void {
    if (this.#outcomes.length === 0) return;
    const parts: ChunkPart[] = [];
    for (const [folder, { encoder, alerts }] of this.#parts)
      if (alerts > 0) parts.push({ folder, alerts, bytes: encoder.take() });
    this.#parts.clear();
    const outcomes = Uint8Array.from(this.#outcomes);
    const alerts = Int32Array.from(this.#alerts);
    const head = parts.length === 0 ? null : this.#head;
    this.#send(this.#batchId, { from: this.#from, outcomes, alerts, head, parts });
    this.#from += this.#outcomes.length;
    this.#outcomes = [];
    this.#alerts = [];
  }

  /** Bytes of the chunk before compression. */
  get #length(): number {
    let length = 0;
    for (const { encoder } of this.#parts.values()) length += encoder.length;
    return length;
  }

  #partOf(relativePath: string): Part {
    const folder = this.#folderOf(relativePath);
    let part = this.#parts.get(folder);
    if (part === undefined) this.#parts.set(folder, (part = { encoder: this.#newEncoder(), alerts: 0 }));
    return part;
  }

  #note(result: Outcome, alerts: number): void {
    this.#outcomes.push(result);
    this.#alerts.push(alerts);
  }

  #isCut(messages: number): boolean {
    if (this.#cutAt === null) return false;
    const { first, every } = this.#cutAt;
    return messages >= first && (messages - first) % every === 0;
  }
}

function isSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one === other || (one !== null && other !== null && Buffer.compare(one, other) === 0);
}
