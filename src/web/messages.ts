/** What the server tells the page. Types only: the page's code is served as it is, and this is none of it. */

/** Told first. */
export interface Hello {
  readonly version: string;
  readonly topics: readonly string[];
  /** The last minutes. */
  readonly pulses: readonly Pulse[];
}

/** One second of the run. */
export interface Pulse {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly alertsPerSecond: number;
  readonly bytesPerSecond: number;
  /** null: not known. */
  readonly lag: number | null;
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  readonly bytesInFlight: number;
  /** From 0 to 1, one each worker. */
  readonly workerUse: readonly number[];
}

/** What there is since the start. */
export interface Totals {
  readonly savedAlerts: number;
  readonly filteredAlerts: number;
  readonly deadLetters: number;
  readonly skippedMessages: number;
  /** What keeps it from reading; empty: nothing. */
  readonly waits: readonly string[];
}

/** A message, read once more from the broker. */
export interface WholeMessage {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since 1970; negative: none. */
  readonly timestampMs: number;
  readonly bytes: number;
  /** As a file would show them. */
  readonly alerts: readonly unknown[];
}

/** The newest dead letters, of how many. */
export interface DeadLetters {
  readonly letters: readonly DeadLetter[];
  readonly total: number;
}

/** A dead letter. */
export interface DeadLetter {
  /** `<folder of the topic>/<partition>-<offset>` */
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly bytes: number;
  readonly code: string;
  readonly text: string;
}
