import type { Letter } from './dead-letters.ts';
import { escapeOwnFolder } from '../worker/name/escape.ts';
import type { Behind, Span } from './cover.ts';

/** What a folder holds of one partition. */
export interface Partition {
  /** As the folder names it. */
  readonly topic: string;
  readonly partition: number;
  /** A journal and segments may stand side by side. */
  readonly spans: Span[];
  /** How writers came to the offsets where they began. */
  readonly beginnings: Map<number, Behind>;
  readonly kinds: Set<string>;
  readonly letters: Map<number, Letter>;
  /** Offsets of dead letters that `redo` saved beside the segments. */
  readonly redone: Set<number>;
  alerts: number;
}

/** Every partition that a folder holds something of. */
export class Partitions {
  readonly #byKey = new Map<string, Partition>();

  /** @param folder of the topic: where its segments are, or among journals or dead letters, where earlier versions spelled some differently. */
  of(folder: string, partition: number): Partition {
    const topic = escapeOwnFolder(folder);
    const key = `${topic}/${partition}`;
    let found = this.#byKey.get(key);
    if (found === undefined) {
      found = {
        topic,
        partition,
        spans: [],
        beginnings: new Map(),
        kinds: new Set(),
        letters: new Map(),
        redone: new Set(),
        alerts: 0,
      };
      this.#byKey.set(key, found);
    }
    return found;
  }

  /** By topic, then by number. */
  all(): Partition[] {
    return [...this.#byKey.values()].sort(
      (a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0) || a.partition - b.partition,
    );
  }
}
