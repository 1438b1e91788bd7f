import type { TestContext } from 'node:test';

const pending = new WeakMap<TestContext, (() => unknown)[]>();

/**
 * Cleans up after a test, the last made first: a folder goes only when the client that writes to it has gone. All of it is done, even
 * when some of it fails.
 */
export function afterwards(t: TestContext, cleanUp: () => unknown): void {
  const known = pending.get(t);
  if (known !== undefined) {
    known.push(cleanUp);
    return;
  }
  const steps = [cleanUp];
  pending.set(t, steps);
  t.after(async () => {
    const failed: unknown[] = [];
    for (const step of steps.reverse()) {
      try {
        await step();
      } catch (error) {
        failed.push(error);
      }
    }
    if (failed.length > 0) throw new AggregateError(failed, 'not everything could be cleaned up');
  });
}
