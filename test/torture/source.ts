import { container, long, sized } from '../support/avro.ts';
import { Dice } from './dice.ts';

/** How the alerts of a run are named: each for itself, or a few names again and again. */
export type Names = 'distinct' | 'repeating';

/** What a hook does at a message that asks for it (hook.ts). */
export const mischiefs = ['throw', 'hang', 'spin', 'memory', 'exit'] as const;
export type Mischief = (typeof mischiefs)[number];

/** What messages are: JSON, or Avro containers with their schema. */
export type Wire = 'json' | 'avro';

/** A message of the known sequence, and what must become of it. */
export interface SourceMessage {
  readonly value: Buffer;
  /** The alert as JSON, whatever the message is. */
  readonly json: Buffer;
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

interface Alert {
  readonly alert_id: string;
  readonly partition: number;
  readonly offset: number;
  readonly mischief: Mischief | null;
  readonly magnitude: number;
  readonly nested: { readonly list: readonly (number | boolean | null)[]; readonly text: string };
  readonly filler: string;
}

const fieldsOf = (types: Readonly<Record<string, unknown>>): unknown[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }));

const schema = {
  type: 'record',
  name: 'Alert',
  fields: fieldsOf({
    alert_id: 'string',
    partition: 'int',
    offset: 'long',
    mischief: ['null', 'string'],
    magnitude: 'double',
    nested: {
      type: 'record',
      name: 'Nested',
      fields: fieldsOf({ list: { type: 'array', items: ['null', 'boolean', 'int'] }, text: 'string' }),
    },
    filler: 'string',
  }),
};

function asAvro({ alert_id: name, partition, offset, mischief, magnitude, nested, filler }: Alert): Buffer {
  const items = nested.list.map((item) =>
    item === null
      ? long(0)
      : typeof item === 'boolean'
        ? Buffer.concat([long(1), Buffer.from([Number(item)])])
        : Buffer.concat([long(2), long(item)]),
  );
  const bytes = Buffer.concat([
    ...[sized(name), long(partition), long(offset)],
    ...(mischief === null ? [long(0)] : [long(1), sized(mischief)]),
    Buffer.from(new Float64Array([magnitude]).buffer),
    ...[long(items.length), ...items, long(0)],
    ...[sized(nested.text), sized(filler)],
  ]);
  return container(schema, [{ records: 1, bytes }]);
}

/** The known sequence: what stands at an offset is a function of the seed alone. */
export class Source {
  readonly names: Names;
  readonly #seed: number;
  readonly #mischiefs: readonly Mischief[];
  readonly #wire: Wire;

  constructor(seed: number, names: Names, asked: readonly Mischief[], wire: Wire) {
    this.#seed = seed;
    this.names = names;
    this.#mischiefs = asked;
    this.#wire = wire;
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
    const alert: Alert = {
      alert_id: name,
      partition,
      offset,
      mischief,
      magnitude: dice.int(100, 2_500) / 100,
      nested: { list: [dice.int(0, 9), null, true], text: 'é "quoted"' },
      // The proxy corrupts bytes of this run only, so that checksums of the records must tell (proxy.ts).
      filler: 'x'.repeat(dice.int(0, 3_000)),
    };
    const json = Buffer.from(JSON.stringify(alert).replace('é', '\\u00e9'));
    const whole = this.#wire === 'json' ? json : asAvro(alert);
    const bad = dice.int(1, BAD_EVERY) === 1;
    return {
      value: bad ? whole.subarray(0, dice.int(20, 60)) : whole,
      json,
      fate: bad || mischief !== null ? 'dead' : 'alert',
      name,
      mischief: bad ? null : mischief,
    };
  }
}
