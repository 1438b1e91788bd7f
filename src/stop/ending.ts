import { EventEmitter, once } from 'node:events';
import type { ClientError } from '../errors.ts';
import type { Limit } from './limit.ts';

/** Whether a run is over, and why; and the one signal that something of it has changed. */
export class Ending {
  readonly #limit: Limit;
  readonly #events = new EventEmitter();
  #finished = false;
  #failure: ClientError | null = null;
  #pipeClosed = false;

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  get isOver(): boolean {
    return this.#finished || this.#failure !== null || this.#limit.reached;
  }

  /** What ended it before its time. */
  get failure(): ClientError | null {
    return this.#failure;
  }

  /** Nobody wants what is not saved yet: the limit is reached, or nobody reads standard output any more. */
  get restUnwanted(): boolean {
    return this.#limit.reached || this.#pipeClosed;
  }

  /** Whoever read standard output has enough. */
  get pipeClosed(): boolean {
    return this.#pipeClosed;
  }

  /** The end is reached, or asked for. */
  finish(): void {
    this.#finished = true;
    this.changed();
  }

  /** The first failure is the one that is told. */
  fail(error: ClientError): void {
    this.#failure ??= error;
    this.changed();
  }

  closePipe(): void {
    this.#pipeClosed = true;
    this.finish();
  }

  changed(): void {
    this.#events.emit('change');
  }

  /** Settles at the next change, or when the time is over. */
  async next(withinMs?: number): Promise<void> {
    if (withinMs === undefined) {
      await once(this.#events, 'change');
      return;
    }
    const signal = AbortSignal.timeout(Math.ceil(withinMs));
    await once(this.#events, 'change', { signal }).catch(() => undefined);
  }
}
