import { Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import type { FinishAnswer, Finished, FinishJob } from './messages.ts';

/** Most of a file's bytes are outside of the heap. V8 would let a thread's young objects take 48 MB before it looks at them. */
const YOUNG_GENERATION_MB = 4;

/** A file could not be finished. */
export class FinishError extends Error {
  override readonly name = 'FinishError';
  /** The system's code, where it was the system. */
  readonly code: string | undefined;
  /** Whether it is worth trying again. */
  readonly retryable: boolean;

  constructor(message: string, code: string | undefined, retryable: boolean) {
    super(message);
    this.code = code;
    this.retryable = retryable;
  }
}

interface Waiting {
  readonly job: FinishJob;
  readonly isWanted: () => boolean;
  readonly began: () => void;
  readonly resolve: (finished: Finished) => void;
  readonly reject: (error: FinishError) => void;
}

/** Threads that give whole segments their form, each one file at a time. They start when there is something to do. */
export class Finisher {
  readonly #most: number;
  readonly #waiting: Waiting[] = [];
  readonly #idle: Worker[] = [];
  /** What each thread is at; null: nothing. */
  readonly #threads = new Map<Worker, Waiting | null>();

  /** @param most how many files are finished side by side. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param isWanted asked when its turn has come.
   * @param began its turn has come.
   * @throws FinishError
   */
  finish(job: FinishJob, isWanted: () => boolean, began: () => void): Promise<Finished> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, isWanted, began, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    if (this.#idle.length === 0 && this.#threads.size >= this.#most) return;
    const first = this.#waiting.shift() as Waiting;
    first.began();
    if (first.isWanted()) this.#begin(first);
    else first.reject(new FinishError('nobody wants it any more', undefined, false));
    this.#next();
  }

  #begin(waiting: Waiting): void {
    let thread: Worker;
    try {
      thread = this.#idle.pop() ?? this.#start();
    } catch (error) {
      // The system has no room for another thread now.
      waiting.reject(new FinishError(messageOf(error), (error as NodeJS.ErrnoException).code, true));
      return;
    }
    this.#threads.set(thread, waiting);
    // While it works the process stays; a thread that waits keeps nobody.
    thread.ref();
    thread.postMessage(waiting.job);
  }

  #start(): Worker {
    const thread = new Worker(new URL('./main.js', import.meta.url), {
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    thread.on('message', (answer: FinishAnswer) => {
      this.#answered(thread, answer);
    });
    thread.on('error', (error) => {
      this.#ended(thread, messageOf(error));
    });
    thread.on('exit', (code) => {
      this.#ended(thread, `its thread ended with ${code}`);
    });
    return thread;
  }

  #answered(thread: Worker, answer: FinishAnswer): void {
    const waiting = this.#threads.get(thread);
    if (answer.ok || answer.retryable) {
      this.#threads.set(thread, null);
      this.#idle.push(thread);
      thread.unref();
    } else {
      // Where it was not the system that failed, nobody knows what is left of the thread: zstd's memory may be damaged.
      this.#threads.delete(thread);
      void thread.terminate();
    }
    if (answer.ok) waiting?.resolve(answer.finished);
    else waiting?.reject(new FinishError(answer.message, answer.code, answer.retryable));
    this.#next();
  }

  /** By itself, at work or not. */
  #ended(thread: Worker, why: string): void {
    const waiting = this.#threads.get(thread);
    if (!this.#threads.delete(thread)) return;
    const at = this.#idle.indexOf(thread);
    if (at >= 0) this.#idle.splice(at, 1);
    waiting?.reject(new FinishError(`${waiting.job.to} could not be finished: ${why}`, undefined, false));
    this.#next();
  }
}
