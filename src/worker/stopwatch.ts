import type { StageTimes } from '../pool/messages.ts';

/** Where a worker's time goes. Everybody who spends it adds to it. */
export class Stopwatch {
  /** All work on batches, with what follows in it. */
  busyMs = 0;
  writeMs = 0;
  syncMs = 0;

  /** The times since this was asked last. */
  take(): StageTimes {
    const { busyMs, writeMs, syncMs } = this;
    this.busyMs = this.writeMs = this.syncMs = 0;
    return { processMs: Math.max(0, busyMs - writeMs - syncMs), writeMs, syncMs };
  }
}
