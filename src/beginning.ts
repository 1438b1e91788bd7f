import { setTimeout as sleep } from 'node:timers/promises';
import { classify, isHopeless } from './broker/classify.ts';
import {
  type AlertConsumer,
  type BrokerError,
  isBrokerError,
  type TopicCatalogue,
  type TopicPartition,
} from './broker/consumer.ts';
import { findGivenPositions, GivenPositions } from './broker/given-positions.ts';
import { readSubscription, type Subscription } from './broker/subscription.ts';
import { matchTopics, partitionsOf } from './broker/topics.ts';
import type { Config } from './config.ts';
import { ClientError } from './errors.ts';
import type { Log } from './log.ts';
import { overridesCommits } from './place.ts';
import { StopAt } from './stop/stop-at.ts';
import { type ReadingEnd, UntilEnd } from './stop/until-end.ts';

const ASK_AGAIN_MS = 1_000;
const SAY_AGAIN_MS = 60_000;

/** What was there before reading began, and where it is to begin and to end. */
export interface Beginning {
  /** Partitions that appeared after the start. */
  readonly isNew: (at: TopicPartition) => boolean;
  readonly end: ReadingEnd | null;
  /** Where the user wants to begin. */
  readonly given: GivenPositions;
  /** Partitions to read without the group's sharing; null: those that the group gives us. */
  readonly byHand: readonly TopicPartition[] | null;
}

/** Before anybody has looked. */
export const nothingKnown: Beginning = {
  isNew: () => true,
  end: null,
  given: new GivenPositions(),
  byHand: null,
};

/**
 * Looks at what is there, before anything is read. A broker that does not answer, or does not lead a partition any more, is asked again, with one
 * line a minute: it was there a moment ago.
 *
 * @param isOver whether nobody wants to know any more.
 * @returns null when it was over before.
 * @throws ClientError TOPIC_UNKNOWN, NO_POSITION, or what no waiting cures.
 */
export async function findBeginning(
  config: Config,
  consumer: AlertConsumer,
  catalogue: TopicCatalogue,
  log: Log,
  isOver: () => boolean,
): Promise<Beginning | null> {
  const { topics, broker, stop } = config;
  const nowMs = Date.now();
  const assigns = broker.replay || config.dryRun || topics.partitions !== null;
  // What ends at a place of the past, or takes partitions by hand, cannot wait for topics.
  const mustExist = stop.untilEnd || assigns || (stop.stopAtMs !== null && stop.stopAtMs <= nowMs);
  const subscription = readSubscription(topics.kafkaNames, catalogue, mustExist, log);
  const partitions = chosen(subscription, topics.partitions);
  const isGiven = broker.replay || overridesCommits(broker.startAt);
  let saidMs = -Infinity;
  while (!isOver()) {
    try {
      return {
        isNew: subscription.isNew,
        given: isGiven
          ? await findGivenPositions(consumer, broker.startAt, partitions)
          : new GivenPositions(),
        end: await findEnd(config, consumer, partitions, nowMs),
        byHand: assigns ? partitions : null,
      };
    } catch (error) {
      if (!isBrokerError(error)) throw error;
      saidMs = sayAskedAgain(error, saidMs, log);
      await sleep(ASK_AGAIN_MS);
    }
  }
  return null;
}

/** @returns when it was said last. @throws ClientError what no waiting cures; a topic that was there and is gone, too. */
function sayAskedAgain(error: BrokerError, saidMs: number, log: Log): number {
  const { kind, sentence, error: code } = classify(error, 'connected');
  if (isHopeless(kind)) throw new ClientError(code, sentence, { cause: error });
  const what = `The broker does not tell where the topics begin and end: ${error.message}`;
  if (kind === 'unknown-topic') throw new ClientError(code, `${what}.`, { cause: error });
  const nowMs = performance.now();
  if (nowMs - saidMs < SAY_AGAIN_MS) return saidMs;
  log.warn(`${what}; it is asked again every second.`);
  return nowMs;
}

async function findEnd(
  { stop, topics }: Config,
  consumer: AlertConsumer,
  partitions: readonly TopicPartition[],
  nowMs: number,
): Promise<ReadingEnd | null> {
  if (stop.untilEnd) return UntilEnd.snapshot(consumer, partitions);
  if (stop.stopAtMs === null) return null;
  const end = new StopAt(stop.stopAtMs, async () => {
    const catalogue = await consumer.topics();
    const { found } = matchTopics(topics.kafkaNames, catalogue);
    return partitionsOf(found, catalogue).filter(isChosen(topics.partitions));
  });
  // A time that is past is looked up at once, for it bounds what may be read.
  if (stop.stopAtMs <= nowMs) await end.look(consumer, nowMs, 0);
  return end;
}

function isChosen(numbers: readonly number[] | null): (at: TopicPartition) => boolean {
  return ({ partition }) => numbers === null || numbers.includes(partition);
}

/** @throws ClientError TOPIC_UNKNOWN naming a partition that no topic has. */
function chosen({ partitions }: Subscription, numbers: readonly number[] | null): TopicPartition[] {
  for (const topic of new Set(partitions.map((at) => at.topic))) {
    const own = partitions.filter((at) => at.topic === topic);
    const missing = numbers?.find((number) => number >= own.length);
    if (missing === undefined) continue;
    throw new ClientError(
      'TOPIC_UNKNOWN',
      `The topic ${topic} has no partition ${missing} (--partitions): it has ${own.length}, from 0 to ${own.length - 1}.`,
    );
  }
  return partitions.filter(isChosen(numbers));
}
