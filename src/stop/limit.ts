/**
 * `--limit N`: exactly N alerts are saved by this process. What a message yields is known only when it is done, so
 * every batch gets a budget; all budgets together never exceed what is still wanted.
 */
export class Limit {
  readonly #wanted: number;
  #saved = 0;
  #given = 0;

  /** @param wanted null: no limit. */
  constructor(wanted: number | null) {
    this.#wanted = wanted ?? Number.POSITIVE_INFINITY;
  }

  get reached(): boolean {
    return this.#saved >= this.#wanted;
  }

  /** A budget for so many messages; null where there is no limit. It may be 0: come again. */
  take(messages: number): number | null {
    if (this.#wanted === Number.POSITIVE_INFINITY) return null;
    const budget = Math.max(0, Math.min(messages, this.#wanted - this.#saved - this.#given));
    this.#given += budget;
    return budget;
  }

  /** Alerts that counted as saved were thrown away. */
  takeBack(saved: number): void {
    this.#saved -= saved;
  }

  /** A batch is back: its budget, and how many alerts it saved of it. */
  settle(budget: number | null, saved: number): void {
    this.#given -= budget ?? 0;
    this.#saved += saved;
  }
}
