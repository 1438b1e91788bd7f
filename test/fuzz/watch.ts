import { Worker } from 'node:worker_threads';
import type { FuzzOptions, FuzzReport } from './run.ts';

const LOOK_EVERY_MS = 1_000;
const MAX_HEAP_MB = 512;

/** Runs inputs on a thread and notices where it hangs, dies or runs out of memory. @throws Error naming the input. */
export async function fuzzWatched(
  options: FuzzOptions,
  hangMs: number,
  onPosition: (index: number) => void = () => undefined,
): Promise<FuzzReport> {
  const position = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(new URL('./thread.js', import.meta.url), {
    workerData: { options, position },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const at = (): string => `at input ${Atomics.load(position, 0)} of seed ${options.seed}`;
  let last = -1;
  let movedAtMs = performance.now();
  try {
    return await new Promise<FuzzReport>((resolve, reject) => {
      const timer = setInterval(() => {
        const index = Atomics.load(position, 0);
        if (index !== last) [last, movedAtMs] = [index, performance.now()];
        onPosition(index);
        if (performance.now() - movedAtMs > hangMs) reject(new Error(`It hangs ${at()}.`));
      }, LOOK_EVERY_MS);
      worker.once('message', resolve);
      worker.once('error', (error) => {
        reject(new Error(`${error.message} (${at()})`, { cause: error }));
      });
      worker.once('exit', (code) => {
        clearInterval(timer);
        reject(new Error(`The thread ended with ${code} ${at()}.`));
      });
    });
  } finally {
    await worker.terminate();
  }
}
