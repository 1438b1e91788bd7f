/** Offsets that each gave the same number of alerts. */
interface Run {
  from: number;
  to: number;
  readonly each: number;
}

/** How many alerts each offset gave, of those that are counted as saved and may still have to be written again. */
export class SavedRuns {
  #runs: Run[] = [];

  /** Some more of an offset were saved. */
  add(offset: number, alerts: number): void {
    if (alerts === 0) return;
    const last = this.#runs.at(-1);
    if (last?.to === offset - 1 && last.each === alerts) last.to = offset;
    else this.#runs.push({ from: offset, to: offset, each: alerts });
  }

  /** What lies below this offset is durable: it is never written again. */
  settle(below: number): void {
    this.#runs = this.#runs.filter(({ to }) => to >= below);
  }

  /** How many alerts lie from this offset on. */
  from(offset: number): number {
    let alerts = 0;
    for (const run of this.#runs) alerts += Math.max(0, run.to - Math.max(run.from, offset) + 1) * run.each;
    return alerts;
  }

  /** What lies from this offset on is thrown away. @returns how many alerts that were. */
  takeBack(from: number): number {
    const alerts = this.from(from);
    this.#runs = [];
    return alerts;
  }
}
