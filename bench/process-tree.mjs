// Processor time and memory of a process and all that it started, from /proc.
import { readFileSync } from 'node:fs';

const TICKS_A_SECOND = 100;
const PAGE_MB = 4096 / 1e6;

/** `sample()` returns the CPU seconds so far; `peakRssMB` is the largest sum of resident memory that a sample met. */
export class ProcessTree {
  peakRssMB = 0;
  #pid;
  #cpuOf = new Map();

  constructor(pid) {
    this.#pid = pid;
  }

  sample() {
    let rssMB = 0;
    for (const pid of family(this.#pid)) {
      const seen = look(pid);
      if (seen === null) continue;
      rssMB += seen.rssMB;
      this.#cpuOf.set(pid, seen.cpuSeconds);
    }
    this.peakRssMB = Math.max(this.peakRssMB, rssMB);
    return [...this.#cpuOf.values()].reduce((sum, each) => sum + each, 0);
  }
}

/** CPU seconds of one process. */
export function cpuSecondsOf(pid) {
  return pid === null ? 0 : (look(pid)?.cpuSeconds ?? 0);
}

function family(pid) {
  const children = read(`/proc/${pid}/task/${pid}/children`)?.trim().split(' ').filter(Boolean) ?? [];
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

function look(pid) {
  const stat = read(`/proc/${pid}/stat`);
  const statm = read(`/proc/${pid}/statm`);
  if (stat === null || statm === null) return null;
  // The name in brackets may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    rssMB: Number(statm.split(' ')[1]) * PAGE_MB,
  };
}

/** null: the process has ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
