import * as v from 'valibot';
import { faultInHost, faultInServers } from './server-address.ts';
import { DURATION_EXAMPLE, durationMs } from './duration.ts';
import { lacksZone, parseStartAt, parseTime, type StartAt } from './place.ts';

/** A kind of value, parsed from the text of a flag or from JSON. What is wrong with one ends up behind "must be …". */
export type OptionValue<T> = v.GenericSchema<unknown, T>;

export const text: OptionValue<string> = v.pipe(v.string('some text'), v.minLength(1, 'some text'));

const NO_TILDE = 'a path without ~, which only shells replace';
/** Of a file or a folder. What a shell would have replaced would make a folder named `~`. */
export const path: OptionValue<string> = v.pipe(
  text,
  v.check((given) => given !== '~' && !given.startsWith('~/'), NO_TILDE),
);

export const flag: OptionValue<boolean> = v.pipe(
  v.union([v.boolean(), v.picklist(['true', 'false'])], 'true or false'),
  v.transform((given) => given === true || given === 'true'),
);

export function integer(from: number, to: number = Number.MAX_SAFE_INTEGER): OptionValue<number> {
  const error =
    to === Number.MAX_SAFE_INTEGER ? `a whole number from ${from}` : `a whole number from ${from} to ${to}`;
  const digits = v.pipe(v.string(), v.regex(/^\d+$/, error), v.transform(Number));
  return v.pipe(
    v.union([v.number(), digits], error),
    v.safeInteger(error),
    v.minValue(from, error),
    v.maxValue(to, error),
  );
}

export function oneOf<const T extends readonly [string, ...string[]]>(...words: T): OptionValue<T[number]> {
  return v.picklist(words, `one of ${words.join(', ')}`);
}

/** The words of {@link oneOf}; none for other kinds. */
export function wordsOf(value: OptionValue<unknown>): readonly string[] {
  return value.type === 'picklist' && 'options' in value ? (value.options as readonly string[]) : [];
}

/** A text that a function understands; null: it does not. @param hint what a text lacks that is nearly one; null: nothing in particular. */
function parsed<T>(
  parse: (given: string) => T | null,
  error: string,
  hint: (given: string) => string | null = () => null,
): OptionValue<T> {
  return v.pipe(
    v.string(error),
    v.rawTransform(({ dataset, addIssue, NEVER }): T => {
      const value = parse(dataset.value);
      if (value !== null) return value;
      addIssue({ message: hint(dataset.value) ?? error });
      return NEVER;
    }),
  );
}

export const duration: OptionValue<number> = parsed(durationMs, DURATION_EXAMPLE);

const timeWithZone = (given: string): string | null =>
  lacksZone(given) ? 'a time with its zone, such as 2026-11-24T03:00:00Z' : null;

export const startAt: OptionValue<StartAt> = parsed(
  (given) => parseStartAt(given, Date.now()),
  'earliest, latest, committed, a past time such as 2026-11-24T03:00:00Z or 2h-ago, or last-500',
  timeWithZone,
);

export const stopAt: OptionValue<number> = parsed(
  (given) => parseTime(given, Date.now()),
  'a time such as 2026-11-24T03:00:00Z or 2h-ago',
  timeWithZone,
);

/** A number in a configuration file is as good as its digits. */
const numberAsText = v.pipe(v.number(), v.transform(String));

const PARTITIONS = 'numbers of partitions, such as 0,3';
export const partitionList: OptionValue<number[]> = v.pipe(
  v.union([numberAsText, v.pipe(v.array(v.number()), v.transform(String)), v.string()], PARTITIONS),
  v.regex(/^\d{1,9}(,\d{1,9})*$/, PARTITIONS),
  v.transform((given) => [...new Set(given.split(',').map(Number))]),
);

const unitsBytes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};
const SIZE = 'a size, such as 500kB, 64MB or 1GiB';
export const size: OptionValue<number> = v.pipe(
  v.union([numberAsText, v.string()], SIZE),
  v.regex(/^\d+(\.\d+)?(|B|kB|KB|MB|GB|KiB|MiB|GiB)$/, SIZE),
  v.transform((given) => {
    const [, count = '', unit = ''] = /^([\d.]+)(.*)$/.exec(given) ?? [];
    return Math.round(Number(count) * (unitsBytes[unit] ?? 1));
  }),
  v.minValue(1, SIZE),
);

/** A text in which a function finds no fault; it says which part is wrong. */
function faultless(form: string, faultIn: (given: string) => string | null): OptionValue<string> {
  return v.pipe(
    v.string(form),
    v.check(
      (given) => faultIn(given) === null,
      ({ input }) => `${form}, and ${faultIn(input) ?? ''}`,
    ),
  );
}

export const bootstrapServers: OptionValue<string> = faultless(
  'HOST[:PORT], with commas between several',
  faultInServers,
);

export const hostName: OptionValue<string> = faultless('the name or the address of a host', faultInHost);

export const webAddress: OptionValue<string> = parsed(
  (given) => (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : null),
  'an http:// or https:// address',
);

export const userAndPassword: OptionValue<string> = v.pipe(
  v.string('USER:PASSWORD'),
  v.regex(/^[^:]+:/, 'USER:PASSWORD'),
);

const LISTEN = 'a port, or HOST:PORT, such as 9464 or 0.0.0.0:9464';
export const listenAddress: OptionValue<{ readonly host: string; readonly port: number }> = v.pipe(
  v.union([numberAsText, v.string()], LISTEN),
  v.regex(/^((\[[\da-fA-F:]+\]|[\w.-]+):)?\d{1,5}$/, LISTEN),
  v.transform((given) => {
    const [, host = '127.0.0.1', port = ''] = /^(?:\[?(.*?)\]?:)?(\d+)$/.exec(given) ?? [];
    return { host, port: Number(port) };
  }),
  v.check(({ port }) => port <= 65_535, LISTEN),
);

export function listOf(what: string): OptionValue<string[]> {
  const one = v.pipe(
    v.string(),
    v.transform((given) => [given]),
  );
  return v.union([v.array(v.string()), one], what);
}
