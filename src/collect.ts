import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

let collectGarbage: (() => void) | null = null;

/** A full collection of this thread's heap, which takes some 20 ms: for memory of whose size the collector knows nothing. */
export function collect(): void {
  collectGarbage ??= collectorOfV8();
  collectGarbage();
}

/** V8 gives it to contexts that are made while the flag is set: to no other. */
function collectorOfV8(): () => void {
  setFlagsFromString('--expose-gc');
  const found = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return found;
}
