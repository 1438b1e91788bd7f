import type { Worker } from 'node:worker_threads';
import { countDown } from '../countdown.ts';
import { ClientError, messageOf } from '../errors.ts';
import { deathOf, HOOK_GRACE_MS, startHookThread } from '../hook-thread.ts';
import { OutsideWaits } from '../outside-waits.ts';
import type { LogLevel, WorkerSettings } from '../pool/messages.ts';
import type {
  FromLetterThread,
  LetterAlert,
  LetterJob,
  LetterThreadData,
  ToLetterThread,
} from './messages.ts';

/** What ended it the first time may be what the letter before had left behind. */
const MOST_DEATHS = 2;

/** A letter gives no alerts, and why. */
export class LetterFailure extends Error {
  override readonly name = 'LetterFailure';
  readonly code: string;

  constructor(code: string, text: string) {
    super(text);
    this.code = code;
  }
}

/** The thread ended, and why. */
class ThreadDied extends Error {
  override readonly name = 'ThreadDied';
}

/** What the thread needs of the main one. */
export interface LetterThreadEvents {
  readonly log: (level: LogLevel, text: string, fields: Record<string, unknown>) => void;
  /** The text of a schema. @throws Error where nobody knows it. */
  readonly schemaOf: (schemaId: number) => Promise<string>;
}

/** Who waits for the thread: for its start, or for the alerts of a letter. */
interface Waiting {
  readonly resolve: (alerts: readonly LetterAlert[]) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Makes alerts of letters, in a thread of its own: a message may be a dead letter because it had the user's function loop for ever, exit or
 * exhaust the heap. That ends the thread, and the next letter gets another one.
 */
export class LetterThread {
  readonly #settings: WorkerSettings;
  readonly #events: LetterThreadEvents;
  readonly #stop: AbortSignal;
  readonly #waits = new OutsideWaits();
  #worker: Worker | null = null;
  #waiting: Waiting | null = null;
  #endCountdown: () => void = () => undefined;
  #endGrace: () => void = () => undefined;
  /** Why it ended, where it was not by itself. */
  #why: string | null = null;

  /** @param stop aborts when somebody wants an end: the letter under way stays where it does not come to one soon. */
  constructor(settings: WorkerSettings, events: LetterThreadEvents, stop: AbortSignal) {
    this.#settings = settings;
    this.#events = events;
    this.#stop = stop;
    stop.addEventListener('abort', () => {
      this.#endGrace = countDown(HOOK_GRACE_MS, () => {
        this.#why = 'the function had not returned when redo was ended';
        void this.#worker?.terminate();
      });
    });
  }

  /** Starts it where it is not there. @throws ClientError HOOK_LOAD, WORKER_START */
  async start(): Promise<void> {
    if (this.#worker !== null) return;
    this.#why = null;
    const data: LetterThreadData = { settings: this.#settings, waits: this.#waits.memory };
    const worker = startHookThread(new URL('./main.js', import.meta.url), data);
    worker.on('message', (message: FromLetterThread) => {
      this.#take(message);
    });
    worker.on('error', (error) => {
      this.#why ??= deathOf(error);
    });
    worker.on('exit', (code) => {
      this.#worker = null;
      this.#settle()?.reject(new ThreadDied(this.#why ?? `it exited with code ${code}`));
    });
    this.#worker = worker;
    try {
      await this.#answer();
    } catch (error) {
      if (!(error instanceof ThreadDied)) throw error;
      throw new ClientError('WORKER_START', `A worker thread does not start: ${error.message}.`);
    }
  }

  /** @throws LetterFailure; Error where it was ended in the midst of it; ClientError HOOK_LOAD, WORKER_START */
  async alertsOf(job: LetterJob): Promise<readonly LetterAlert[]> {
    for (let deaths = 1; ; deaths++) {
      try {
        return await this.#tryOnce(job);
      } catch (error) {
        if (!(error instanceof ThreadDied) || this.#stop.aborted) throw error;
        if (deaths === MOST_DEATHS)
          throw new LetterFailure('WORKER_DIED', `The worker died twice at this message: ${error.message}.`);
      }
    }
  }

  async close(): Promise<void> {
    this.#endGrace();
    await this.#worker?.terminate();
  }

  async #tryOnce(job: LetterJob): Promise<readonly LetterAlert[]> {
    await this.start();
    this.#watch();
    this.#send({ type: 'job', ...job });
    return this.#answer();
  }

  #answer(): Promise<readonly LetterAlert[]> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #send(message: ToLetterThread): void {
    this.#worker?.postMessage(message);
  }

  #take(message: FromLetterThread): void {
    switch (message.type) {
      case 'log':
        this.#events.log(message.level, message.text, message.fields);
        return;
      case 'schema-needed':
        void this.#giveSchema(message.schemaId);
        return;
      case 'ready':
        this.#settle()?.resolve([]);
        return;
      case 'alerts':
        this.#settle()?.resolve(message.alerts);
        return;
      case 'failed':
        this.#settle()?.reject(new LetterFailure(message.code, message.text));
        return;
      case 'unusable':
        this.#settle()?.reject(new ClientError('HOOK_LOAD', message.reason));
        return;
    }
  }

  #settle(): Waiting | null {
    this.#endCountdown();
    const waiting = this.#waiting;
    this.#waiting = null;
    return waiting;
  }

  /** The registry's time is not the thread's. */
  async #giveSchema(schemaId: number): Promise<void> {
    this.#endCountdown();
    try {
      this.#send({ type: 'schema', schemaText: await this.#events.schemaOf(schemaId) });
    } catch (error) {
      this.#send({ type: 'no-schema', reason: messageOf(error) });
    }
    this.#watch();
  }

  /** A loop that never ends cannot be timed from within. A process beside the thread has a time limit of its own. */
  #watch(): void {
    const { processTimeoutMs } = this.#settings;
    this.#endCountdown = countDown(processTimeoutMs + HOOK_GRACE_MS, () => {
      if (this.#waits.any) {
        this.#watch();
        return;
      }
      this.#why = `processAlert did not return within ${processTimeoutMs} ms`;
      void this.#worker?.terminate();
    });
  }
}
