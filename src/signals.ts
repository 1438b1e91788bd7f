import { constants } from 'node:os';
import { endProcess } from './exit.ts';

/** Who signals twice does not want to wait. */
const AT_ONCE_S = 1;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A signal ended a subcommand before it was done, which is no success. Its message is one sentence for a person. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  /** 128 + signal, as a shell would say. */
  readonly exitCode: number;

  /** @param stop that of `listenForStop`. @param undone what was not done, or how far it came. */
  constructor(stop: AbortSignal, undone: string) {
    const signal = stop.reason as (typeof SIGNALS)[number];
    super(`Ended by ${signal} before it was done: ${undone}.`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * The first signal asks the client to stop in peace: the returned abort signal goes off, its reason the signal's name. The
 * second one ends the process at once with 128 + signal.
 */
export function listenForStop(): AbortSignal {
  const stop = new AbortController();
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (stop.signal.aborted) endProcess(128 + constants.signals[signal], AT_ONCE_S);
      stop.abort(signal);
    });
  }
  return stop.signal;
}
