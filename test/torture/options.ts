import { parseArgs } from 'node:util';
import { type Bug, bugs } from './inside/plan.ts';
import type { Wire } from './source.ts';

/** Kinds of faults that a run may inject. */
export const faultKinds = [
  /** kill -9 at a random moment, or in one of the windows where it hurts. */
  'kill',
  /** SIGTERM or SIGINT under load, often twice in a row. */
  'term',
  /** A member is frozen past its session and wakes up. */
  'freeze-member',
  /** A member comes and goes. */
  'churn',
  /** kill -9 of the broker, which is then started again. */
  'kill-broker',
  /** The broker is frozen for a while. */
  'freeze-broker',
  /** The network delays, ends or breaks off what passes. */
  'proxy',
  /** The network changes bytes of messages on their way. */
  'corrupt',
  /** A hook that throws, hangs, spins, eats memory or ends its thread. */
  'hook',
] as const;
export type FaultKind = (typeof faultKinds)[number];

const assignments = ['range', 'cooperative-sticky', 'consumer'] as const;
export const outputs = ['json', 'ndjson', 'ndjson-by-path', 'raw', 'avro', 'parquet'] as const;
/** What the clients write. */
export type Output = (typeof outputs)[number];

const compressions = ['none', 'gzip', 'zstd'] as const;
/** How ndjson segments are compressed. */
export type Compression = (typeof compressions)[number];

/** One run of clients against one topic, from which everything else follows. */
export interface Episode {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: readonly FaultKind[];
  readonly output: Output;
  readonly compress: Compression;
  readonly names: 'distinct' | 'repeating';
  /** What messages are. */
  readonly source: Wire;
  /** The classic protocol's, or `consumer`: the new protocol. */
  readonly assignment: (typeof assignments)[number];
  readonly members: number;
  readonly bug: Bug | null;
  /** It goes on, up to three times as long, until each window has seen so many kills. */
  readonly killsAWindow: number;
}

/** What the command line asks for; null: the seed decides. */
export interface TortureOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly episodes: number;
  readonly seconds: number;
  /** At the least so many kills over all runs, some of them in every window. */
  readonly kills: number;
  readonly faults: readonly FaultKind[];
  readonly outputs: readonly Output[];
  readonly compress: Compression;
  readonly names: Episode['names'] | null;
  readonly source: Wire | null;
  readonly assignment: Episode['assignment'] | null;
  readonly members: number | null;
  readonly bug: Bug | null;
  readonly keep: boolean;
}

/** @throws Error naming what is wrong. */
export function readOptions(args: readonly string[]): TortureOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text,
      episodes: text,
      seconds: text,
      kills: text,
      seed: text,
      faults: text,
      output: text,
      compress: text,
      names: text,
      source: text,
      assignment: text,
      members: text,
      bug: text,
      keep: { type: 'boolean' },
    },
  });
  const kills = Number(values.kills ?? 0);
  const minutes = values.minutes === undefined ? null : Number(values.minutes);
  const chosen = listOf('--output', values.output ?? 'json', outputs);
  const source = oneOf('--source', values.source, ['json', 'avro'] as const);
  if (source === 'avro' && chosen.some((output) => output !== 'avro'))
    throw new Error('--source avro goes with --output avro only.');
  return {
    seed: Number(values.seed ?? Math.floor(Math.random() * 1_000_000)),
    minutes: minutes ?? Number.POSITIVE_INFINITY,
    episodes: Number(values.episodes ?? (minutes === null && kills === 0 ? 1 : Number.POSITIVE_INFINITY)),
    seconds: Number(values.seconds ?? 60),
    kills,
    faults: listOf('--faults', values.faults ?? faultKinds.join(','), faultKinds),
    outputs: chosen,
    compress: oneOf('--compress', values.compress ?? 'none', compressions) ?? 'none',
    names: oneOf('--names', values.names, ['distinct', 'repeating'] as const),
    source,
    assignment: oneOf('--assignment', values.assignment, assignments),
    members: values.members === undefined ? null : Number(values.members),
    bug: oneOf('--bug', values.bug, bugs),
    keep: values.keep ?? false,
  };
}

function listOf<T extends string>(option: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((word) => oneOf(option, word, known) as T);
}

function oneOf<T extends string>(option: string, word: string | undefined, known: readonly T[]): T | null {
  if (word === undefined) return null;
  const found = known.find((each) => each === word);
  if (found === undefined) throw new Error(`${option} knows no ${word}, only ${known.join(', ')}.`);
  return found;
}
