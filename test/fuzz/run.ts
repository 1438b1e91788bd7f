import { existsSync, readdirSync } from 'node:fs';
import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { Random } from '../../src/simulate/random.ts';
import { heldMB } from '../support/held.ts';
import { messageOf } from '../support/samples.ts';
import type { Message } from '../../src/worker/message.ts';
import { Judge } from './judge.ts';
import { readSeeds, seedSchemas, type SeedFormat } from './seeds.ts';
import { openSeed, spoil, type SpoiltMessage } from './spoil.ts';

/** Which inputs, and how much is done with them. */
export interface FuzzOptions {
  readonly seed: number;
  readonly inputs: number;
  /** The first input's number. */
  readonly from: number;
  readonly format: SeedFormat | null;
  /** One input in so many goes by way of a hook and a fresh transcoder too. */
  readonly compareEvery: number;
  /** One input in so many goes through to the disk. */
  readonly saveEvery: number;
}

export interface FuzzReport {
  readonly inputs: number;
  /** By format, then by outcome. */
  readonly outcomes: Record<string, Record<string, number>>;
  readonly saves: Record<string, number>;
  readonly slowest: { readonly ms: number; readonly index: number; readonly what: string };
  /** Inputs that took longer than 100 ms, four times in a row. */
  readonly slow: number;
  readonly samples: readonly MemorySample[];
}

/** What the process holds after so many inputs, garbage collected. */
export interface MemorySample {
  readonly inputs: number;
  readonly rssMB: number;
  readonly heapMB: number;
  readonly externalMB: number;
  readonly buffersMB: number;
  /** 0 where the system does not tell. */
  readonly descriptors: number;
}

const SLOW_MS = 100;
const SAMPLES = 100;
const DESCRIPTORS = '/proc/self/fd';
const TURN_EVERY = 50;
const TRIES = 4;
const SMALL_BYTES = 20_000;
const LARGE_EVERY = 16;

/**
 * Runs inputs from `from` on. An input is a pure function of the run's seed and its own number, so any can be made again alone.
 *
 * @param entering told the number of each input before it is tried, so that a watchdog knows which one hangs.
 * @throws Error naming the input that broke a rule.
 */
export async function fuzz(options: FuzzOptions, entering: (index: number) => void): Promise<FuzzReport> {
  const judge = new Judge(seedSchemas());
  const seeds = readSeeds().map(openSeed);
  const chosen = options.format === null ? seeds : seeds.filter(({ seed }) => seed.format === options.format);
  const small = chosen.filter(({ inner }) => inner.length <= SMALL_BYTES);
  const outcomes: Record<string, Record<string, number>> = {};
  const saves: Record<string, number> = {};
  let slowest = { ms: 0, index: -1, what: '' };
  let slow = 0;
  const samples: MemorySample[] = [];
  const sampleEvery = Math.max(1, Math.floor(options.inputs / SAMPLES));
  for (let index = options.from; index < options.from + options.inputs; index++) {
    entering(index);
    // As the client does after bad messages: what a failed inflate held is given back then.
    if (index % TURN_EVERY === 0) await turnOfTheLoop();
    const random = new Random(options.seed, index);
    // Large alerts are the same again many times over, and a million of them take all day.
    const open = random.pick(random.below(LARGE_EVERY) === 0 || small.length === 0 ? chosen : small);
    const other = random.pick(seeds).inner;
    const spoilt = spoil(open, random, other);
    const message = fuzzMessage(spoilt, index);
    // As it would be recognised, or as what the user says it is.
    const format = random.below(2) === 0 ? 'auto' : open.seed.format;
    try {
      let outcome = '';
      let ms = Number.POSITIVE_INFINITY;
      // A slow one is tried again: on a busy machine most of them only waited for a processor.
      for (let tries = 0; tries < TRIES && ms > SLOW_MS; tries++) {
        const startMs = performance.now();
        outcome = judge.decode(message, format);
        ms = Math.min(ms, performance.now() - startMs);
      }
      const byOutcome = (outcomes[open.seed.format] ??= {});
      byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
      if (ms > SLOW_MS) slow += 1;
      if (ms > slowest.ms) slowest = { ms, index, what: `${describe(spoilt)}: ${outcome}` };
      if (index % options.compareEvery === 0) judge.compare(message, format);
      if (index % options.saveEvery === 0) {
        const saved = await judge.save(message);
        saves[saved] = (saves[saved] ?? 0) + 1;
      }
    } catch (error) {
      judge.close();
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      throw new Error(`Input ${index} of seed ${options.seed} (${describe(spoilt)}): ${text}`, {
        cause: error,
      });
    }
    if ((index - options.from) % sampleEvery === 0) samples.push(takeSample(index - options.from));
  }
  judge.close();
  return { inputs: options.inputs, outcomes, saves, slowest, slow, samples };
}

function takeSample(inputs: number): MemorySample {
  heldMB();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    inputs,
    rssMB: rss / 1e6,
    heapMB: heapUsed / 1e6,
    externalMB: external / 1e6,
    buffersMB: arrayBuffers / 1e6,
    descriptors: existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS).length : 0,
  };
}

function describe({ seed, where, value }: SpoiltMessage): string {
  return `${seed.name}, ${where}, ${value.length} bytes`;
}

/** With hostile surroundings: what a topic, a key and headers may say. */
function fuzzMessage({ value, key }: SpoiltMessage, index: number): Message {
  const headers =
    index % 5 === 0
      ? [
          { key: '__proto__', value: null },
          { key: '../\u0000', value: Buffer.from([0xff]) },
        ]
      : [];
  return messageOf(value, {
    topic: index % 7 === 0 ? '../..' : 'fuzz',
    offset: index,
    timestampMs: index % 3 === 0 ? -1 : index * 1e9,
    key,
    headers,
  });
}
