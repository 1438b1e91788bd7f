import { setTimeout as sleep } from 'node:timers/promises';
import { type AlertConsumer, isBrokerError, type TopicPartition } from './broker/consumer.ts';
import type { GivenPositions } from './broker/given-positions.ts';
import {
  type FindKept,
  type FindSavedOtherwise,
  type StartPosition,
  startPositions,
} from './broker/start-position.ts';
import { partitionKey } from './commit/partition-progress.ts';
import type { Config } from './config.ts';
import { ClientError, messageOf } from './errors.ts';
import type { Gaps } from './gaps.ts';
import type { Journal } from './journal/journal.ts';
import type { Log } from './log.ts';
import type { Published } from './segment/recover.ts';
import type { Segments } from './segment/segments.ts';
import { checkFiles, checkSegments, checkUnbroken } from './way-back.ts';

/** A broker that has just started may tell an end that it had some seconds ago; so an end before ours is not believed at once. */
const ENDS_ASKED = 6;
const ASK_AGAIN_MS = 1_000;

/** What {@link Start} needs from the flow around it. */
export interface StartOptions {
  readonly config: Config;
  readonly log: Log;
  readonly consumer: AlertConsumer;
  readonly segments: Segments | null;
  readonly journal: Journal | null;
  /** What is saved of a partition already, wherever that is; null: nothing. */
  readonly saved: (at: TopicPartition) => Promise<Published | null>;
  /** What is saved in the other form of output. */
  readonly savedOtherwise: FindSavedOtherwise;
  /** What the folder has of offsets that expired; null: nobody knows. */
  readonly kept: FindKept | null;
  /** Partitions that appeared after the start. */
  readonly isNew: (at: TopicPartition) => boolean;
  /** The offsets that the user wants. */
  readonly given: () => GivenPositions;
  /** Where reading stops at the earliest; null: nowhere, or nobody knows yet. */
  readonly endOf: (at: TopicPartition) => number | null;
  /** The files have come up to this offset already, behind where reading begins: `--limit` must not end before it. */
  readonly readsAgain: (at: TopicPartition, end: number) => void;
  readonly gaps: Gaps;
  readonly fail: (error: ClientError) => void;
}

/** Where reading begins: what the group has committed, what the files hold, and what the broker still has. */
export class Start {
  readonly #options: StartOptions;
  /** Where reading began, by partition, for as long as the group has committed nothing. */
  readonly #began = new Map<string, number>();

  constructor(options: StartOptions) {
    this.#options = options;
  }

  /** @throws BrokerError: asked again later. What is wrong with the files ends the client. */
  async positions(partitions: readonly TopicPartition[]): Promise<readonly StartPosition[]> {
    const { consumer, config, saved, savedOtherwise, kept, isNew, given, gaps: told, fail } = this.#options;
    try {
      const published = new Map<string, Published>();
      for (const at of partitions) {
        const found = await saved(at);
        if (found !== null) published.set(partitionKey(at), found);
      }
      const { positions, gaps } = await this.#believable(() =>
        startPositions(consumer, partitions, {
          startAt: config.broker.startAt,
          isNew,
          given: (at) => given().of(at),
          began: (at) => this.#began.get(partitionKey(at)) ?? null,
          publishedEnd: (at) => published.get(partitionKey(at))?.next ?? null,
          savedOtherwise,
          ...(kept === null ? {} : { kept }),
        }),
      );
      for (const at of positions) await this.#checkSaved(at, published.get(partitionKey(at)) ?? null);
      for (const gap of gaps) told.found(gap);
      for (const at of positions) this.#began.set(partitionKey(at), at.offset);
      return positions.map((at) => this.#withFiles(at, published.get(partitionKey(at)) ?? null));
    } catch (error) {
      // A broker that does not answer is asked again; a folder that does not fit is not.
      if (isBrokerError(error)) throw error;
      fail(error instanceof ClientError ? error : new ClientError('OUTPUT', messageOf(error)));
      return [];
    }
  }

  /** Whether what is saved already stands in the way of what the user wants, or of what the group has not committed. @throws ClientError OUTPUT */
  async #checkSaved(at: StartPosition, published: Published | null): Promise<void> {
    const { log, segments, given } = this.#options;
    await this.#checkEnd(at);
    const wish = given().of(at);
    if (wish === null) {
      if (segments !== null && at.behind === 'segment' && at.committed >= 0)
        await checkUnbroken(segments, at, at.committed, at.offset);
      return;
    }
    if (segments !== null && published !== null) {
      await checkSegments(segments, at, wish, published.next);
      if (wish < published.next)
        log.info(
          `${partitionKey(at)}: the segments here hold offsets ${wish} to ${published.next - 1} already; reading begins behind them.`,
        );
    }
  }

  /** Without a wish too: a killed run, or another group, may have been further than where this one begins. @throws ClientError OUTPUT */
  async #checkEnd(at: StartPosition): Promise<void> {
    const { journal, config, endOf } = this.#options;
    const everyMessageItsFile = ['{partition}', '{offset}'].every((field) =>
      config.output.pathTemplate.includes(field),
    );
    if (journal === null || everyMessageItsFile) return;
    if (config.stop.limit !== null) return this.#checkLimit(journal, at, config.stop.limit);
    const end = endOf(at);
    // The end of what is there comes before the journal's only where the topic was made again.
    if (end !== null && !(config.stop.untilEnd && at.behind !== 'given')) await checkFiles(journal, at, end);
  }

  /**
   * What a killed run had saved beyond its last commit is saved again, whatever the limit. What another group has saved, or lies behind
   * where the user goes back to, may be the whole folder.
   *
   * @throws ClientError OUTPUT
   */
  async #checkLimit(journal: Journal, at: StartPosition, limit: number): Promise<void> {
    const { readsAgain, log } = this.#options;
    const told = await journal.endOf(at);
    const isAnothers = at.behind === 'start' && told - at.offset > limit;
    if (at.behind === 'given' || isAnothers) await checkFiles(journal, at, 'limit');
    readsAgain(at, told);
    if (at.offset < told)
      log.info(
        `${partitionKey(at)}: the folder has come to offset ${told} already, and the group to ${at.offset}; --limit counts what lies between, and ends behind it.`,
      );
  }

  /** Asks again while a topic seems to end before what we know of it. */
  async #believable(ask: () => ReturnType<typeof startPositions>): ReturnType<typeof startPositions> {
    for (let asked = 1; ; asked++) {
      try {
        const answer = await ask();
        if (asked === ENDS_ASKED || answer.gaps.every(({ lost }) => lost !== null)) return answer;
      } catch (error) {
        const seemsShort = error instanceof ClientError && error.code === 'TOPIC_RECREATED';
        if (asked === ENDS_ASKED || !seemsShort) throw error;
      }
      this.#options.log.debug('A topic seems to end before what was read of it; the broker is asked again.');
      await sleep(ASK_AGAIN_MS);
    }
  }

  /** What the files say of where a partition begins. */
  #withFiles(at: StartPosition, found: Published | null): StartPosition {
    const { log, segments } = this.#options;
    if (at.behind === 'segment' && found !== null) return { ...at, known: found.lastMessage };
    if (at.behind === 'given') log.info(`${partitionKey(at)}: reading begins at offset ${at.offset}.`);
    if (at.behind === 'commit' && at.offset > at.committed) {
      log.info(
        `${partitionKey(at)}: the folder holds up to offset ${at.offset - 1} already, with another --output; reading begins behind it.`,
      );
      return at;
    }
    if (at.behind === 'commit' && at.offset > 0 && segments !== null) {
      const until =
        found === null ? 'no segment of it is here' : `the segments here end before ${found.next}`;
      log.info(
        `${partitionKey(at)}: the group has committed up to ${at.offset}, and ${until}. What lies between is elsewhere.`,
      );
    }
    return at;
  }
}
