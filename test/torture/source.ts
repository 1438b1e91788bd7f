import { Dice } from './dice.ts';

/** How the alerts of a run are named: each for itself, or a few names again and again. */
export type Names = 'distinct' | 'repeating';

/** What a hook does at a message that asks for it (hook.ts). */
export const mischiefs = ['throw', 'hang', 'spin', 'memory', 'exit'] as const;
export type Mischief = (typeof mischiefs)[number];

/** A message of the known sequence, and what must become of it. */
export interface SourceMessage {
  readonly value: Buffer;
  /** `alert`: it is saved; `dead`: it is a dead letter. */
  readonly fate: 'alert' | 'dead';
  /** The alert's id, the same in several messages where names repeat. */
  readonly name: string;
  /** What the hook does at it. */
  readonly mischief: Mischief | null;
}

const NAMES_A_PARTITION = 40;
/** One message in so many is not JSON at all. */
const BAD_EVERY = 53;
const MISCHIEF_EVERY = 400;

/** The known sequence: what stands at an offset is a function of the seed alone. */
export class Source {
  readonly names: Names;
  readonly #seed: number;
  readonly #mischiefs: readonly Mischief[];

  constructor(seed: number, names: Names, asked: readonly Mischief[]) {
    this.#seed = seed;
    this.names = names;
    this.#mischiefs = asked;
  }

  message(partition: number, offset: number): SourceMessage {
    const dice = new Dice(
      this.#seed ^ Math.imul(partition + 1, 0x9e3779b1) ^ Math.imul(offset + 1, 0x85ebca6b),
    );
    const name =
      this.names === 'distinct'
        ? `${partition}-${offset}`
        : `p${partition}-name${dice.int(0, NAMES_A_PARTITION - 1)}`;
    const mischief =
      this.#mischiefs.length > 0 && dice.int(1, MISCHIEF_EVERY) === 1 ? dice.pick(this.#mischiefs) : null;
    const text = JSON.stringify({
      alert_id: name,
      partition,
      offset,
      mischief,
      magnitude: dice.int(100, 2_500) / 100,
      nested: { list: [dice.int(0, 9), null, true], text: 'é "quoted"' },
      // The proxy corrupts bytes of this run only, so that checksums of the records must tell (proxy.ts).
      filler: 'x'.repeat(dice.int(0, 3_000)),
    }).replace('é', '\\u00e9');
    const bad = dice.int(1, BAD_EVERY) === 1;
    return {
      value: Buffer.from(bad ? text.slice(0, dice.int(20, 60)) : text),
      fate: bad || mischief !== null ? 'dead' : 'alert',
      name,
      mischief: bad ? null : mischief,
    };
  }
}
