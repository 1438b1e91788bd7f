import type { Finding, FindingKind } from './finding.ts';

/** An offset as the broker numbers it. */
export interface Place {
  readonly partition: number;
  readonly offset: number;
}

/** What must stand at an offset. */
export interface Expected {
  readonly value: Buffer;
  /** The alert as JSON. */
  readonly json: Buffer;
  readonly fate: 'alert' | 'dead';
  readonly name: string;
}

/** Where a place was seen, and what is wrong with what was seen. */
export class Sightings {
  readonly findings: Finding[] = [];
  readonly #seen = new Map<string, string[]>();

  saw({ partition, offset }: Place, where: string): void {
    const key = `${partition}/${offset}`;
    const places = this.#seen.get(key);
    if (places === undefined) this.#seen.set(key, [where]);
    else places.push(where);
  }

  placesOf({ partition, offset }: Place): readonly string[] {
    return this.#seen.get(`${partition}/${offset}`) ?? [];
  }

  wrong(kind: FindingKind, text: string): void {
    this.findings.push({ kind, text });
  }
}
