import type { Glimpse, GlimpseSettings } from '../glimpse.ts';

/** Of all workers together: as many as a person can follow, and as cost nothing. */
const PER_SECOND = 50;

/** Samples of the alerts that are saved, taken by the workers while somebody looks; when nobody does they cost nothing. */
export class Glimpses {
  readonly settings: GlimpseSettings;
  readonly #pages: Int32Array;
  readonly #onSeen: (glimpses: readonly Glimpse[]) => void;

  /** @param workers that share the work. */
  constructor(workers: number, onSeen: (glimpses: readonly Glimpse[]) => void) {
    const pages = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.settings = { pages, perSecond: PER_SECOND / workers };
    this.#pages = new Int32Array(pages);
    this.#onSeen = onSeen;
  }

  /** So many look now. */
  watched(pages: number): void {
    Atomics.store(this.#pages, 0, pages);
  }

  /** A worker has some. */
  seen(glimpses: readonly Glimpse[]): void {
    this.#onSeen(glimpses);
  }
}
