import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Of the fields of /proc/PID/stat behind the name, the one that says where the environment begins in memory. */
const ENV_START_FIELD = 47;

/**
 * Blanks the values of variables in the block that the system gave the process at its start. Taking them out of `process.env` leaves that
 * block as it was, and `ps e`, `/proc/PID/environ` and so any child process go on showing it. Only on Linux; where it is not
 * allowed nothing happens.
 *
 * @param names variables that are no longer in `process.env`: what still is would lose its value.
 */
export function blankStartEnvironment(names: readonly string[]): void {
  if (process.platform !== 'linux') return;
  try {
    const block = readFileSync('/proc/self/environ');
    const stat = readFileSync('/proc/self/stat', 'latin1');
    const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[ENV_START_FIELD]);
    const places = names.flatMap((name) => valuesOf(name, block));
    if (places.length === 0 || !Number.isSafeInteger(start) || start <= 0) return;
    const memory = openSync('/proc/self/mem', 'r+');
    try {
      for (const { at, length } of places)
        writeSync(memory, Buffer.alloc(length, '*'), 0, length, start + at);
    } finally {
      closeSync(memory);
    }
  } catch {
    // A hardened system keeps the memory shut; SECURITY.md says what that leaves.
  }
}

/** Where in a block of NUL-ended `NAME=VALUE` the values of a name stand. */
function valuesOf(name: string, block: Buffer): { at: number; length: number }[] {
  const places: { at: number; length: number }[] = [];
  for (let from = 0; from < block.length; ) {
    const nul = block.indexOf(0, from);
    const end = nul < 0 ? block.length : nul;
    const prefix = `${name}=`;
    if (block.subarray(from, from + prefix.length).equals(Buffer.from(prefix))) {
      places.push({ at: from + prefix.length, length: end - from - prefix.length });
    }
    from = end + 1;
  }
  return places.filter(({ length }) => length > 0);
}
