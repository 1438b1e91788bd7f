import type { BatchView, Outcome } from '../batch/batch.ts';
import type { ReceivedChunk, SegmentChunk } from '../pool/messages.ts';
import type { Work } from '../pool/work.ts';

/** A batch and what has come of it, until those before it are through. */
interface InLine {
  readonly work: Work;
  readonly chunks: ReceivedChunk[];
  /** Messages that were handed on. */
  taken: number;
  done: boolean;
}

/** Who gets what is in order. */
export interface InOrder {
  readonly take: (view: BatchView, chunk: ReceivedChunk) => void;
  /** A message that went into no chunk. */
  readonly note: (offset: number, result: Outcome) => void;
}

/** The batches of one partition: workers bring their chunks in any order, here they are put in the partition's. */
export class OffsetOrder {
  readonly #to: InOrder;
  readonly #line: InLine[] = [];
  #bytes = 0;
  /** A batch was given up: there is a gap, and nothing goes on behind it. */
  #cut = false;

  constructor(to: InOrder) {
    this.#to = to;
  }

  /** Bytes that wait for those before them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether no batch is under way. */
  get empty(): boolean {
    return this.#line.length === 0;
  }

  /** A batch is under way. Batches come in offset order. */
  begin(work: Work): void {
    if (!this.#cut) this.#line.push({ work, chunks: [], taken: 0, done: false });
  }

  /** A part of a batch came back. Parts of one batch come in order. */
  add(work: Work, chunk: ReceivedChunk): void {
    const entry = this.#line.find((each) => each.work === work);
    if (entry === undefined) return;
    entry.chunks.push(chunk);
    this.#bytes += bytesOf(chunk);
    this.#advance();
  }

  /**
   * A batch is through: all its parts have come.
   *
   * @returns the batches that are not looked at any more.
   */
  done(work: Work): readonly Work[] {
    const entry = this.#line.find((each) => each.work === work);
    if (entry === undefined) return [];
    entry.done = true;
    return this.#advance();
  }

  /**
   * A batch was given up. What has come of it is handed on in its turn, because it counts as finished; the rest never comes. So whatever is behind
   * it, done or still to begin, is not handed on either: it would stand behind a gap, and what is in a gap counts as missing.
   */
  cancel(work: Work): void {
    this.#cut = true;
    const at = this.#line.findIndex((each) => each.work === work);
    if (at < 0) return;
    for (const { chunks } of this.#line.splice(at + 1))
      for (const chunk of chunks) this.#bytes -= bytesOf(chunk);
  }

  /** All are given up. */
  clear(): void {
    this.#line.length = 0;
    this.#bytes = 0;
  }

  #advance(): readonly Work[] {
    const through: Work[] = [];
    for (let head = this.#line[0]; head !== undefined; head = this.#line[0]) {
      const { view } = head.work;
      for (const chunk of head.chunks.splice(0)) {
        this.#bytes -= bytesOf(chunk);
        this.#noteUpTo(head, chunk.from);
        this.#to.take(view, chunk);
        head.taken = chunk.from + chunk.outcomes.length;
      }
      if (!head.done) return through;
      // Tombstones at the end never went to a worker.
      this.#noteUpTo(head, view.batch.count);
      this.#line.shift();
      through.push(head.work);
    }
    return through;
  }

  #noteUpTo({ work: { view }, taken }: InLine, end: number): void {
    for (let i = taken; i < end; i++) this.#to.note(view.offset(i), view.outcomeAt(i));
  }
}

/** Bytes of all parts of a chunk. */
export function bytesOf({ parts }: SegmentChunk): number {
  return parts.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
