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
  /** It was given up: nothing more comes of it. */
  cancelled: boolean;
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
  /** Behind the last batch that is through: its end, or its first message that was not finished when it was given up. */
  #next = Number.NEGATIVE_INFINITY;

  constructor(to: InOrder) {
    this.#to = to;
  }

  /** Bytes that wait for those before them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A batch is under way. Batches come in offset order. */
  begin(work: Work): void {
    if (!this.#cut) this.#line.push({ work, chunks: [], taken: 0, done: false, cancelled: false });
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
    const entry = this.#line[at];
    if (entry === undefined) return;
    for (const { chunks } of this.#line.splice(at + 1))
      for (const chunk of chunks) this.#bytes -= bytesOf(chunk);
    entry.cancelled = true;
    this.#advance();
  }

  /**
   * Hands on what is finished of the first batch and came in no chunk: tombstones, which a later chunk would bring.
   *
   * @param finished where the partition's finished mark stands: it passes what the broker has nothing at, such as transaction markers.
   * @returns up to where that may count as covered; the mark may stand behind it, where a batch was done and given up.
   */
  reach(finished: number): number {
    const [head] = this.#line;
    if (head === undefined) return this.#cut ? Math.min(finished, this.#next) : finished;
    this.#noteUpTo(head, head.work.view.firstPending());
    return Math.min(finished, nextOf(head));
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
        this.#to.take(view, without(chunk, head.taken - chunk.from));
        head.taken = chunk.from + chunk.outcomes.length;
      }
      if (!head.done && !head.cancelled) return through;
      // Tombstones at the end never went to a worker, nor did those before the message that another was given up at.
      this.#noteUpTo(head, head.done ? view.batch.count : view.firstPending());
      this.#next = nextOf(head);
      this.#line.shift();
      if (head.done) through.push(head.work);
    }
    return through;
  }

  #noteUpTo(entry: InLine, end: number): void {
    const { view } = entry.work;
    for (; entry.taken < end; entry.taken++)
      this.#to.note(view.offset(entry.taken), view.outcomeAt(entry.taken));
  }
}

/** The offset of the first message that was not handed on; behind the last one where all were. */
function nextOf({ work: { view }, taken }: InLine): number {
  const { count } = view.batch;
  return taken < count ? view.offset(taken) : view.offset(count - 1) + 1;
}

/** The chunk without its first messages, tombstones that were handed on before it came. */
function without(chunk: ReceivedChunk, messages: number): ReceivedChunk {
  if (messages === 0) return chunk;
  const { from, outcomes, alerts } = chunk;
  return {
    ...chunk,
    from: from + messages,
    outcomes: outcomes.subarray(messages),
    alerts: alerts.subarray(messages),
  };
}

/** Bytes of all parts of a chunk. */
export function bytesOf({ parts }: SegmentChunk): number {
  return parts.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
