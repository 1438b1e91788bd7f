import { ClientError } from '../errors.ts';
import type { Log } from '../log.ts';
import { type Classified, classify } from './classify.ts';

/** Authentication that fails for so long while the client runs will not come back by itself. */
const AUTHENTICATION_PATIENCE_MS = 5 * 60_000;
/** librdkafka tries again at least every ten seconds and says so every half minute: after so long in silence it got in. */
const OVER_AFTER_MS = 90_000;
/** A fatal error comes twice, as a line that says why and as an error that does not; in either order. */
const REASON_MS = 1_000;
const NO_REASON = /Local: Fatal error\.?$/;
/** One line a minute a subject. */
const SAY_AGAIN_MS = 60_000;

/**
 * Listens to librdkafka's complaints while the client is connected. It retries nearly everything by itself; here each kind of trouble is told once
 * a minute, and what will not pass ends the run.
 */
export class TroubleWatch {
  readonly #log: Log;
  readonly #fail: (error: ClientError) => void;
  readonly #saidMs = new Map<Classified['kind'], number>();
  readonly #clockMs: () => number;
  /** Since when authentication fails, and when that was last heard. */
  #failing: { sinceMs: number; heardMs: number } | null = null;
  #hasWorked = false;

  /** @param clockMs milliseconds that never go back. */
  constructor(log: Log, fail: (error: ClientError) => void, clockMs: () => number = () => performance.now()) {
    this.#clockMs = clockMs;
    this.#log = log;
    this.#fail = fail;
  }

  /** librdkafka said this. */
  heard(text: string, code: number): void {
    const { kind, sentence, error } = classify({ code, message: text }, 'connected');
    if (kind === 'ignore') return;
    // A right that was missing from the start will not come by waiting; one that is taken away may come back.
    if (kind === 'fatal' || (kind === 'authorization' && !this.#hasWorked)) {
      const failure = new ClientError(error, sentence);
      if (kind === 'fatal' && NO_REASON.test(text)) {
        setTimeout(() => {
          this.#fail(failure);
        }, REASON_MS);
      } else {
        this.#fail(failure);
      }
      return;
    }
    const nowMs = this.#clockMs();
    if (kind === 'authentication') {
      const goesOn = this.#failing !== null && nowMs - this.#failing.heardMs < OVER_AFTER_MS;
      this.#failing = { sinceMs: goesOn ? (this.#failing?.sinceMs ?? nowMs) : nowMs, heardMs: nowMs };
      if (nowMs - this.#failing.sinceMs > AUTHENTICATION_PATIENCE_MS) {
        this.#fail(new ClientError(error, sentence));
      }
    }
    if (nowMs - (this.#saidMs.get(kind) ?? -Infinity) < SAY_AGAIN_MS) return;
    this.#saidMs.set(kind, nowMs);
    this.#log.warn(`${sentence} Trying again.`);
  }

  /** Messages come: whatever it was is over. */
  allWell(): void {
    this.#hasWorked = true;
    if (this.#saidMs.size === 0 && this.#failing === null) return;
    this.#saidMs.clear();
    this.#failing = null;
    this.#log.info('Messages come in again.');
  }
}
