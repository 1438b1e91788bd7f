import type { StageTimes } from '../pool/messages.ts';
import { OutsideWaits } from '../outside-waits.ts';

/** Where a worker's time goes. Everybody who spends it adds to it. */
export class Stopwatch {
  /** All work on batches, with what follows in it. */
  busyMs = 0;
  #writeMs = 0;
  #syncMs = 0;
  readonly #waits: OutsideWaits;

  /** @param waits is told when the worker is in the disk's hands. */
  constructor(waits = new OutsideWaits()) {
    this.#waits = waits;
  }

  /** Writes, or gives names. */
  writing<T>(action: () => T): T {
    const startMs = this.#begin();
    try {
      return action();
    } finally {
      this.#writeMs += this.#end(startMs);
    }
  }

  syncing<T>(action: () => T): T {
    const startMs = this.#begin();
    try {
      return action();
    } finally {
      this.#syncMs += this.#end(startMs);
    }
  }

  async waitingForSync(synced: Promise<void>): Promise<void> {
    const startMs = this.#begin();
    try {
      await synced;
    } finally {
      this.#syncMs += this.#end(startMs);
    }
  }

  /** The times since this was asked last. */
  take(): StageTimes {
    const times = {
      processMs: Math.max(0, this.busyMs - this.#writeMs - this.#syncMs),
      writeMs: this.#writeMs,
      syncMs: this.#syncMs,
    };
    this.busyMs = this.#writeMs = this.#syncMs = 0;
    return times;
  }

  #begin(): number {
    this.#waits.begin();
    return performance.now();
  }

  #end(startMs: number): number {
    this.#waits.end();
    return performance.now() - startMs;
  }
}
