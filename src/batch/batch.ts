import type { Message, MessageHeader } from '../worker/message.ts';

/**
 * A batch is a run of messages of one partition, in offset order, that travels as a whole: read on the main thread,
 * worked on by one worker, published in the partition's order. Its bytes are copied once, into memory that both
 * threads see, so nothing is lost when a worker dies: a new one goes on where the old one was.
 *
 * Layout of the shared memory:
 *
 *     control   4 × int32      turn, index of the message being worked on, 2 unused
 *     outcomes  n × uint8      see {@link outcome}; written when the message is finished
 *     saved     n × int32      how many alerts of the message were saved
 *     table     n × 6 float64  offset, timestampMs, value start, value bytes, key start, key bytes (-1: none)
 *     bytes                    values and keys, each in its word as where it came from
 */
export interface SharedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly count: number;
  readonly memory: SharedArrayBuffer;
  /** Headers a message, or null where no message of the batch has any. Too rare to be worth a layout. */
  readonly headers: readonly (readonly MessageHeader[])[] | null;
}

/**
 * Whose turn it is. Files of one partition get their final names in offset order, so that of two alerts with one
 * name the later stays. A worker that is early keeps its temporaries until main grants it the turn.
 *
 *     HELD → GRANTED ⇄ PUBLISHING      worker: GRANTED → PUBLISHING → GRANTED around each rename
 *        ↘      ↘ CANCELLED            main: the partition was lost, nothing of this batch may be published any more
 */
export const turn = { HELD: 0, GRANTED: 1, PUBLISHING: 2, CANCELLED: 3 } as const;

/** What became of a message. Everything but PENDING is finished: its offset may be committed. */
export const outcome = { PENDING: 0, SAVED: 1, FILTERED: 2, DEAD: 3, SKIPPED: 4, TOMBSTONE: 5 } as const;

/** One of {@link outcome}. */
export type Outcome = (typeof outcome)[keyof typeof outcome];

const CONTROL = { TURN: 0, INDEX: 1 } as const;
const CONTROL_BYTES = 16;
const COLUMNS = 6;

/** Before a value or key, so that it lies in its word as it lay where it came from. */
const MOST_PADDING = 7;

const align8 = (bytes: number): number => (bytes + 7) & ~7;

function places(count: number): { outcomes: number; saved: number; table: number; bytes: number } {
  const outcomes = CONTROL_BYTES;
  const saved = align8(outcomes + count);
  const table = align8(saved + 4 * count);
  return { outcomes, saved, table, bytes: table + 8 * COLUMNS * count };
}

/** What {@link packBatch} needs to know of a message. A null value is a tombstone. */
export interface MessageToPack {
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
}

/**
 * Copies messages of one partition, in offset order, into shared memory.
 *
 * @param keepTombstones whether messages without a value are work like any other, or finished at once.
 * @param memoryFor gives at least so many bytes, with whatever is in them.
 */
export function packBatch(
  topic: string,
  partition: number,
  messages: readonly MessageToPack[],
  keepTombstones = false,
  memoryFor = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes),
): SharedBatch {
  const at = places(messages.length);
  let bytes = at.bytes;
  let anyHeaders = false;
  for (const message of messages) {
    bytes += (message.value?.byteLength ?? 0) + (message.key?.byteLength ?? 0) + 2 * MOST_PADDING;
    anyHeaders ||= message.headers.length > 0;
  }
  const memory = memoryFor(bytes);
  const all = new Uint8Array(memory);
  all.fill(0, 0, at.table);
  const table = new Float64Array(memory, at.table, COLUMNS * messages.length);
  let end = at.bytes;
  const put = (part: Uint8Array | null, row: number): void => {
    // To and from shared memory the runtime copies words where both sides are aligned alike, else byte by byte: eight times slower.
    if (part !== null) end += (part.byteOffset - end) & MOST_PADDING;
    table[row] = end;
    table[row + 1] = part === null ? -1 : part.byteLength;
    if (part !== null) {
      all.set(part, end);
      end += part.byteLength;
    }
  };
  messages.forEach((message, i) => {
    const row = i * COLUMNS;
    table[row] = message.offset;
    table[row + 1] = message.timestampMs;
    put(message.value, row + 2);
    put(message.key, row + 4);
    if (message.value === null && !keepTombstones) all[at.outcomes + i] = outcome.TOMBSTONE;
  });
  const headers = anyHeaders ? messages.map((message) => message.headers) : null;
  const batch: SharedBatch = { topic, partition, count: messages.length, memory, headers };
  new BatchView(batch).leaveMessage();
  return batch;
}

/** One thread's window on a batch's shared memory. */
export class BatchView {
  readonly batch: SharedBatch;
  readonly #control: Int32Array;
  readonly #outcomes: Uint8Array;
  readonly #saved: Int32Array;
  readonly #table: Float64Array;

  constructor(batch: SharedBatch) {
    const { memory, count } = batch;
    const at = places(count);
    this.batch = batch;
    this.#control = new Int32Array(memory, 0, CONTROL_BYTES / 4);
    this.#outcomes = new Uint8Array(memory, at.outcomes, count);
    this.#saved = new Int32Array(memory, at.saved, count);
    this.#table = new Float64Array(memory, at.table, COLUMNS * count);
  }

  /** The message at an index; its views reach into the shared memory. */
  message(index: number): Message {
    const { topic, partition, memory, headers } = this.batch;
    const valueBytes = this.#cell(index, 3);
    const keyBytes = this.#cell(index, 5);
    return {
      topic,
      partition,
      offset: this.offset(index),
      timestampMs: this.#cell(index, 1),
      key: keyBytes < 0 ? null : new Uint8Array(memory, this.#cell(index, 4), keyBytes),
      headers: headers?.[index] ?? [],
      value: new Uint8Array(memory, this.#cell(index, 2), Math.max(0, valueBytes)),
      tombstone: valueBytes < 0,
    };
  }

  offset(index: number): number {
    return this.#cell(index, 0);
  }

  /** Kafka's timestamp; negative where there is none. */
  timestampMs(index: number): number {
    return this.#cell(index, 1);
  }

  /** Bytes of a message's value. */
  valueBytes(index: number): number {
    return Math.max(0, this.#cell(index, 3));
  }

  outcomeAt(index: number): Outcome {
    return Atomics.load(this.#outcomes, index) as Outcome;
  }

  savedAt(index: number): number {
    return Atomics.load(this.#saved, index);
  }

  /** Marks a message as finished: from now on its offset may be committed and nobody does it again. */
  finish(index: number, result: Outcome, savedAlerts: number): void {
    Atomics.store(this.#saved, index, savedAlerts);
    Atomics.store(this.#outcomes, index, result);
  }

  /** The first message that is not finished; `count` when all are. */
  firstPending(): number {
    const index = this.#outcomes.indexOf(outcome.PENDING);
    return index === -1 ? this.batch.count : index;
  }

  /** The message that the worker is at, or -1. Main reads it when the worker has died or hangs. */
  currentMessage(): number {
    return Atomics.load(this.#control, CONTROL.INDEX);
  }

  /** The worker is at this message from now on. */
  enterMessage(index: number): void {
    Atomics.store(this.#control, CONTROL.INDEX, index);
  }

  leaveMessage(): void {
    Atomics.store(this.#control, CONTROL.INDEX, -1);
  }

  /** Main: this batch may publish. False where it was cancelled. */
  grantTurn(): boolean {
    return this.#swapTurn(turn.HELD, turn.GRANTED) || this.turn() !== turn.CANCELLED;
  }

  turn(): number {
    return Atomics.load(this.#control, CONTROL.TURN);
  }

  /** Main: nothing of this batch may be published any more. False while a rename is being made: ask again. */
  cancel(): boolean {
    return (
      this.#swapTurn(turn.HELD, turn.CANCELLED) ||
      this.#swapTurn(turn.GRANTED, turn.CANCELLED) ||
      this.turn() === turn.CANCELLED
    );
  }

  /** Worker: takes the turn for one publication. False: not yet its turn, or cancelled. */
  beginPublishing(): boolean {
    return this.#swapTurn(turn.GRANTED, turn.PUBLISHING);
  }

  /** Ends a publication; main calls it too, for a worker that died in one. */
  endPublishing(): void {
    this.#swapTurn(turn.PUBLISHING, turn.GRANTED);
  }

  #swapTurn(from: number, to: number): boolean {
    return Atomics.compareExchange(this.#control, CONTROL.TURN, from, to) === from;
  }

  #cell(index: number, column: number): number {
    return this.#table[index * COLUMNS + column] ?? Number.NaN;
  }
}
