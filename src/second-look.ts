import { setTimeout as sleep } from 'node:timers/promises';
import type { Reader } from './batch/read.ts';
import type { Assignment } from './broker/assignment.ts';
import type { AlertConsumer } from './broker/consumer.ts';
import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import { messageOf } from './errors.ts';
import type { Log } from './log.ts';

const LOOK_AGAIN_MS = 1_000;
/** librdkafka's code for messages whose checksum does not fit. */
const ERR_BAD_MESSAGE = -199;

/** What {@link SecondLook} needs from the flow around it. */
export interface SecondLookOptions {
  readonly log: Log;
  readonly consumer: AlertConsumer;
  readonly assignment: Assignment;
  readonly reader: Reader;
}

/**
 * Reads once more where offsets seem to be missing. Markers and compaction leave gaps; but librdkafka also passes over what was damaged on its
 * way, and node-rdkafka, which ends a read there, tells of it only where nothing else was read with it. So no gap between two reads is
 * believed before a second look, which takes one message at a time.
 */
export class SecondLook {
  readonly #options: SecondLookOptions;

  constructor(options: SecondLookOptions) {
    this.#options = options;
  }

  /** Whether somebody is being looked for: then messages are read one by one. */
  get underWay(): boolean {
    return this.#options.assignment.active().some(({ doubt }) => doubt === 'looked');
  }

  /**
   * Whether the broker has nothing between the watermark's position and the next offset that was read. Where nobody has looked twice yet,
   * it is not believed: what was read is thrown away, and reading goes back.
   */
  believes(at: PartitionProgress, next: number): boolean {
    if (next > at.watermark.position && at.doubt !== 'looked') {
      void this.#goBack(at);
      return false;
    }
    at.doubt = null;
    return true;
  }

  /**
   * An error came in place of messages.
   *
   * @returns whether it says that what came is not what was sent, by its checksum.
   */
  heard(code: number): boolean {
    if (code !== ERR_BAD_MESSAGE) return false;
    for (const at of this.#options.assignment.active()) {
      if (at.doubt !== 'looked') continue;
      at.doubt = 'damaged';
      this.#options.log.error(
        `Messages of ${partitionKey(at)} from offset ${at.watermark.position} on are damaged, by their checksum: on the way here, or on the broker. They are read again until they are whole.`,
      );
    }
    return true;
  }

  /** At once the first time, then every second. */
  async #goBack(at: PartitionProgress): Promise<void> {
    const { consumer, log, assignment, reader } = this.#options;
    const waitMs = at.doubt === null ? 0 : LOOK_AGAIN_MS;
    at.doubt = 'looking';
    await sleep(waitMs);
    try {
      await reader.betweenReads(async () => {
        // Taken away meanwhile, or on its way back to what is durable: whoever reads it next begins before the gap.
        if (assignment.get(at) !== at || at.leaving || at.rewinding) return;
        const { topic, partition, watermark } = at;
        await consumer.seek({ topic, partition, offset: watermark.position });
        at.doubt = 'looked';
      });
    } catch (error) {
      log.debug(`${partitionKey(at)} could not be read once more: ${messageOf(error)}.`);
      void this.#goBack(at);
    }
  }
}
