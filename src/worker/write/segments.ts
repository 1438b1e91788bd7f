import { type BatchView, outcome, type Outcome } from '../../batch/batch.ts';
import { Crc32c } from '../../checksum.ts';
import type { ChunkPart, CutAt, SegmentChunk } from '../../pool/messages.ts';
import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';
import type { OutputFolder } from './folder.ts';
import type { SegmentEncoder } from './segment-encoder.ts';
import type { Finished, Sink, Unpublished, Unsynced } from './sink.ts';
import { StampLines } from './stamp-lines.ts';

/** A chunk ends when it goes into so many files, so that it fits into a segment that may have only a few more. */
const MAX_PARTS = 64;

/** So many images are on their way to the disk at the most, each with a descriptor. */
const MAX_UNSYNCED = 32;

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
  readonly #syncs: boolean;
  readonly #send: (batchId: number, chunk: SegmentChunk) => void;
  #batchId = -1;
  #cutAt: CutAt | null = null;
  /** Of the messages from `#from` on, one each. */
  #from = 0;
  #outcomes: Outcome[] = [];
  #alerts: number[] = [];
  readonly #stamps = new StampLines();
  /** Images of the messages so far that are on their way to the disk. */
  readonly #unsynced = new Set<Unsynced>();
  /** Chunks that wait for the images of their alerts. */
  #unsent: SegmentChunk[] = [];
  /** By the folder of their file. */
  #parts = new Map<string, Part>();
  /** Of the file that the encoder's alerts must go into. */
  #head: Uint8Array | null = null;

  /**
   * @param folderOf the folder of an alert's file by the path that it is named by; the same for all: a partition has one file at a time.
   * @param folder where dead letters and images are; null: there are none.
   * @param chunkBytes a chunk ends when it holds so many bytes before compression.
   * @param syncs whether dead letters and images must be on the disk.
   */
  constructor(
    newEncoder: () => SegmentEncoder,
    folderOf: (relativePath: string) => string,
    chunkBytes: number,
    folder: OutputFolder | null,
    syncs: boolean,
    send: (batchId: number, chunk: SegmentChunk) => void,
  ) {
    this.#newEncoder = newEncoder;
    this.#folderOf = folderOf;
    this.#chunkBytes = chunkBytes;
    this.#folder = folder;
    this.#syncs = syncs;
    this.#send = send;
  }

  begin(batchId: number, view: BatchView, cutAt: CutAt | null): void {
    this.#batchId = batchId;
    this.#cutAt = cutAt;
    this.#from = view.firstPending();
    this.#drop();
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

  writeStamp(relativePath: string, bytes: Uint8Array): Unpublished {
    if (this.#folder === null) throw new Error('Without a folder images have no place.');
    if (!this.#syncs || this.#unsynced.size >= MAX_UNSYNCED)
      return this.#folder.write(relativePath, bytes, this.#syncs);
    const image = this.#folder.writeAhead(relativePath, bytes);
    this.#unsynced.add(image);
    return {
      path: relativePath,
      // When it is on the disk.
      publish: () => undefined,
      discard: () => {
        this.#unsynced.delete(image);
        image.discard();
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

  finish(view: BatchView, index: number, { result, savedAlerts, stamps }: Finished): void {
    // Tombstones in between were finished before they came here.
    for (let at = this.#from + this.#outcomes.length; at < index; at++) this.#note(view.outcomeAt(at), 0);
    if (result === outcome.DEAD && this.#syncs) this.#folder?.syncFolders();
    this.#note(result, savedAlerts);
    this.#stamps.add(stamps);
    if (this.#length >= this.#chunkBytes || this.#parts.size >= MAX_PARTS || this.#isCut(index + 1))
      this.end();
  }

  end(): void {
    if (this.#outcomes.length === 0) return;
    const parts: ChunkPart[] = [];
    for (const [folder, { encoder, alerts }] of this.#parts) {
      if (alerts === 0) continue;
      const { bytes, checksum } = encoder.take();
      parts.push({ folder, alerts, bytes, checksum: checksum ?? new Crc32c().add(bytes).value });
    }
    this.#parts.clear();
    this.#unsent.push({
      from: this.#from,
      outcomes: Uint8Array.from(this.#outcomes),
      alerts: Int32Array.from(this.#alerts),
      head: parts.length === 0 ? null : this.#head,
      parts,
      stamps: this.#stamps.take(),
    });
    this.#from += this.#outcomes.length;
    this.#outcomes = [];
    this.#alerts = [];
    if (this.#unsynced.size === 0) this.#sendAll();
  }

  settle(): Promise<void> | null {
    return this.#unsent.length > 0 || this.#unsynced.size >= MAX_UNSYNCED ? this.#publishImages() : null;
  }

  /** An alert in a segment has its images. @throws OutputError, and no chunk goes out. */
  async #publishImages(): Promise<void> {
    const images = [...this.#unsynced];
    this.#unsynced.clear();
    try {
      for (const image of images) await image.publish();
    } catch (error) {
      for (const image of images) image.discard();
      this.#drop();
      throw error;
    }
    this.#sendAll();
  }

  #sendAll(): void {
    for (const chunk of this.#unsent.splice(0)) this.#send(this.#batchId, chunk);
  }

  /** Forgets what is not sent. */
  #drop(): void {
    this.#unsent = [];
    this.#outcomes = [];
    this.#alerts = [];
    this.#parts.clear();
    this.#stamps.take();
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
