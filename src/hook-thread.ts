import { type Transferable, Worker } from 'node:worker_threads';

/** A thread's JavaScript heap may grow to this; beyond it the thread dies, not the process. */
const MAX_HEAP_MB = 1024;

/** A thread gets this much longer than a hook may take before it counts as hanging. */
export const HOOK_GRACE_MS = 2_000;

/**
 * Starts a thread in which the user's function runs, and which may die of it.
 *
 * @param entry its module.
 * @param transferList what of its data goes over to it.
 */
export function startHookThread(
  entry: URL,
  workerData: unknown,
  transferList: readonly Transferable[] = [],
): Worker {
  const thread = new Worker(entry, {
    workerData,
    transferList: [...transferList],
    // A copy: what a hook changes stays in its thread. Secrets were taken out of it at the start.
    env: { ...process.env },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    stdout: true,
    stderr: true,
  });
  // Each thread's pipes listen there, and that many are no leak.
  process.stderr.setMaxListeners(0);
  // Standard output belongs to alerts alone: what a hook prints goes where the log goes.
  thread.stdout.pipe(process.stderr, { end: false });
  thread.stderr.pipe(process.stderr, { end: false });
  return thread;
}

/**
 * What a thread died of, as its event `error` tells it. A `DOMException`, such as the `AbortError` of a `fetch`, comes without its message: from Node.js 22
 * on that stands on its stack; before, it comes as an empty object.
 */
export function deathOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const { message = '', stack = '' } = (error ?? {}) as Partial<Error>;
  return message !== ''
    ? message
    : (/^\w+: .+$/m.exec(stack)?.[0] ?? 'something was thrown that has no message');
}
