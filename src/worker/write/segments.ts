import { type BatchView, outcome, type Outcome } from '../../batch/batch.ts';
import type { CutAt, SegmentChunk } from '../../pool/messages.ts';
import type { Message } from '../message.ts';
import type { OutputFolder } from './folder.ts';
import type { SegmentEncoder } from './segment-encoder.ts';
import type { Finished, Sink, Unpublished } from './sink.ts';

/**
 * Alerts as parts of segments. A worker encodes (and compresses) chunks; the main thread, which owns the partition's open segment,
 * puts them behind each other in offset order. Only there is a message finished: what a worker still holds dies with it.
 */
export class Segments implements Sink {
  readonly takesPartOfMessage = false;
  readonly #encoder: SegmentEncoder;
  readonly #chunkBytes: number;
  readonly #folder: OutputFolder;
  readonly #syncDeadLetters: boolean;
  readonly #send: (batchId: number, chunk: SegmentChunk) => void;
  #batchId = -1;
  #cutAt: CutAt | null = null;
  /** Of the messages from `#from` on, one each. */
  #from = 0;
  #outcomes: Outcome[] = [];
  #alerts: number[] = [];

  /** @param chunkBytes a chunk ends when it holds so many bytes before compression. */
  constructor(
    encoder: SegmentEncoder,
    chunkBytes: number,
    folder: OutputFolder,
    syncDeadLetters: boolean,
    send: (batchId: number, chunk: SegmentChunk) => void,
  ) {
    this.#encoder = encoder;
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
    this.#encoder.truncate(0);
  }

  write(message: Message, relativePath: string, bytes: Uint8Array): Unpublished {
    const start = this.#encoder.length;
    this.#encoder.add(message, bytes);
    return {
      path: relativePath,
      // Its segment will be.
      publish: () => undefined,
      discard: () => {
        this.#encoder.truncate(Math.min(start, this.#encoder.length));
      },
    };
  }

  needsFolderSync(): boolean {
    // Nothing waits for a sync at the batch's end: a chunk must not hold more than the messages that are finished.
    return false;
  }

  syncFolders(): void {
    this.#folder.syncFolders();
  }

  finish(view: BatchView, index: number, { result, savedAlerts }: Finished): void {
    // Tombstones in between were finished before they came here.
    for (let at = this.#from + this.#outcomes.length; at < index; at++) this.#note(view.outcomeAt(at), 0);
    if (result === outcome.DEAD && this.#syncDeadLetters) this.#folder.syncFolders();
    this.#note(result, savedAlerts);
    if (this.#encoder.length >= this.#chunkBytes || this.#isCut(index + 1)) this.end();
  }

  end(): void {
    if (this.#outcomes.length === 0) return;
    const bytes = this.#encoder.length === 0 ? new Uint8Array(0) : this.#encoder.take();
    const outcomes = Uint8Array.from(this.#outcomes);
    const alerts = Int32Array.from(this.#alerts);
    this.#send(this.#batchId, { from: this.#from, outcomes, alerts, bytes });
    this.#from += this.#outcomes.length;
    this.#outcomes = [];
    this.#alerts = [];
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
