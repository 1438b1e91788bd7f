import { type Finding, type FindingKind, countKinds, findingKinds } from './check/finding.ts';
import type { KillWindow } from './inside/plan.ts';

/** What was done to the clients, and what was found. Adds up over runs. */
export class Tally {
  readonly faults = new Map<string, number>();
  readonly kills = new Map<string, number>();
  readonly findings: Finding[] = [];
  /** Clients that ended otherwise than the fault explains. */
  readonly surprises: string[] = [];
  offsets = 0;
  runs = 0;

  fault(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  kill(window: string): void {
    this.fault('kill');
    this.kills.set(window, (this.kills.get(window) ?? 0) + 1);
  }

  get killCount(): number {
    return [...this.kills.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Kills are meant to happen in these windows, so the report has a number for each. */
  expectKills(windows: readonly KillWindow[]): void {
    for (const window of [...windows, 'any moment']) this.kills.set(window, this.kills.get(window) ?? 0);
  }

  /** Kills in the window that saw the fewest. */
  get rarestWindow(): number {
    return Math.min(...this.kills.values());
  }

  add(other: Tally): void {
    for (const [kind, count] of other.faults) this.faults.set(kind, (this.faults.get(kind) ?? 0) + count);
    for (const [window, count] of other.kills) this.kills.set(window, (this.kills.get(window) ?? 0) + count);
    this.findings.push(...other.findings);
    this.surprises.push(...other.surprises);
    this.offsets += other.offsets;
    this.runs += other.runs;
  }

  #examples(kind: FindingKind): string[] {
    const found = this.findings.filter((finding) => finding.kind === kind);
    return found.slice(0, 5).map(({ text }) => `    ${kind}: ${text}`);
  }

  toString(): string {
    const list = (map: ReadonlyMap<string, number>): string =>
      [...map].map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
    const kinds = countKinds(this.findings);
    return [
      `  runs ${this.runs}, offsets checked ${this.offsets}`,
      `  faults: ${list(this.faults)}`,
      ...(this.kills.size > 0 ? [`  kills per window: ${list(this.kills)}`] : []),
      `  found: ${findingKinds.map((kind) => `${kind} ${kinds[kind]}`).join(', ')}`,
      ...findingKinds.flatMap((kind) => this.#examples(kind)),
      ...this.surprises.map((text) => `  surprise: ${text}`),
    ].join('\n');
  }
}
