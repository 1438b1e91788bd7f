/** Of what a message of one alert leaves in the journal; more where paths are long. */
const USUAL_ENTRY_BYTES = 192;
const MORE_BYTES = 16_384;
/** Bytes that are used; behind it the entries, each: int32 index, int32 length, text, padded to 4 bytes. */
const USED = 0;
const HEAD_BYTES = 4;
const ENTRY_HEAD_BYTES = 8;

/** Memory that is usually enough for so many messages. */
export function entryBytesFor(messages: number): number {
  return HEAD_BYTES + messages * USUAL_ENTRY_BYTES;
}

const align4 = (bytes: number): number => (bytes + 3) & ~3;

/**
 * Where a worker notes what it saved of each message, before it marks the message as finished: a worker that dies takes nothing of it
 * with it. It is memory that the main thread has too; more of it is sent when it is full.
 */
export class EntryWriter {
  readonly #send: (memory: SharedArrayBuffer) => void;
  #memory: SharedArrayBuffer | null = null;
  #used = HEAD_BYTES;

  /**
   * @param memory where to begin, behind what a worker before this one noted there; null: in a new piece.
   * @param send gives a new piece to the main thread.
   */
  constructor(memory: SharedArrayBuffer | null, send: (memory: SharedArrayBuffer) => void) {
    this.#memory = memory;
    if (memory !== null) this.#used = Atomics.load(new Int32Array(memory, 0, 1), USED);
    this.#send = send;
  }

  /** @param index of the message in its batch. */
  add(index: number, text: string): void {
    const length = Buffer.byteLength(text);
    const wanted = ENTRY_HEAD_BYTES + align4(length);
    if (this.#memory === null || this.#used + wanted > this.#memory.byteLength) {
      this.#memory = new SharedArrayBuffer(HEAD_BYTES + Math.max(MORE_BYTES, wanted));
      this.#used = HEAD_BYTES;
      this.#send(this.#memory);
    }
    const view = Buffer.from(this.#memory);
    view.writeInt32LE(index, this.#used);
    view.writeInt32LE(length, this.#used + 4);
    view.write(text, this.#used + ENTRY_HEAD_BYTES);
    this.#used += wanted;
    Atomics.store(new Int32Array(this.#memory, 0, 1), USED, this.#used);
  }
}

/** What workers noted of a batch's messages, as the main thread sees it. */
export class Entries {
  readonly #memories: { readonly view: Buffer; readonly used: Int32Array; read: number }[] = [];
  readonly #texts = new Map<number, string>();
  /** Where workers begin; null: where they want. */
  readonly memory: SharedArrayBuffer | null;

  /** @param memory for the first entries, with whatever is in it; null: none. */
  constructor(memory: SharedArrayBuffer | null) {
    this.memory = memory;
    if (memory === null) return;
    new Int32Array(memory, 0, 1)[USED] = HEAD_BYTES;
    this.addMemory(memory);
  }

  /** All memory that is in use. */
  get memories(): SharedArrayBuffer[] {
    return this.#memories.map(({ used }) => used.buffer as SharedArrayBuffer);
  }

  addMemory(memory: SharedArrayBuffer): void {
    this.#memories.push({ view: Buffer.from(memory), used: new Int32Array(memory, 0, 1), read: HEAD_BYTES });
  }

  /** Takes what was noted of a message; null: nothing yet. A message that was done again is noted anew. */
  take(index: number): string | null {
    if (!this.#texts.has(index)) this.#readOn();
    const text = this.#texts.get(index);
    this.#texts.delete(index);
    return text ?? null;
  }

  #readOn(): void {
    for (const memory of this.#memories) {
      const used = Atomics.load(memory.used, USED);
      while (memory.read < used) {
        const index = memory.view.readInt32LE(memory.read);
        const length = memory.view.readInt32LE(memory.read + 4);
        const start = memory.read + ENTRY_HEAD_BYTES;
        this.#texts.set(index, memory.view.toString('utf8', start, start + length));
        memory.read = start + align4(length);
      }
    }
  }
}
