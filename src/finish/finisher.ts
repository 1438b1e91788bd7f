import { Worker } from 'node:worker_threads';
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
  #threads = 0;

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
    const [first] = this.#waiting;
    if (first === undefined) return;
    const thread = this.#idle.pop() ?? this.#start();
    if (thread === null) return;
    this.#waiting.shift();
    first.began();
    if (first.isWanted()) {
      this.#run(thread, first);
      return;
    }
    first.reject(new FinishError('nobody wants it any more', undefined, false));
    this.#idle.push(thread);
    this.#next();
  }

  #start(): Worker | null {
    if (this.#threads >= this.#most) return null;
    this.#threads += 1;
    return new Worker(new URL('./main.js', import.meta.url), {
      env: {},
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
  }

  #run(thread: Worker, { job, resolve, reject }: Waiting): void {
    // While it works the process stays; a thread that waits keeps nobody.
    thread.ref();
    const over = (): void => {
      // By name: without one Node.js takes its own away too, and the thread is heard no more.
      for (const event of ['message', 'error', 'exit']) thread.removeAllListeners(event);
      this.#next();
    };
    thread.once('message', (answer: FinishAnswer) => {
      thread.unref();
      this.#idle.push(thread);
      if (answer.ok) resolve(answer.finished);
      else reject(new FinishError(answer.message, answer.code, answer.retryable));
      over();
    });
    const died = (why: string): void => {
      this.#threads -= 1;
      reject(new FinishError(`${job.to} could not be finished: ${why}`, undefined, false));
      over();
    };
    thread.once('error', (error) => {
      died(error instanceof Error ? error.message : String(error));
    });
    thread.once('exit', (code) => {
      died(`its thread ended with ${code}`);
    });
    thread.postMessage(job);
  }
}
