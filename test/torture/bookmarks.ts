import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaConsumer } from '../../src/broker/kafka.ts';
import type { Finding } from './check/finding.ts';
import type { Source } from './source.ts';

const POLL_MS = 200;
const TIMEOUT_MS = 5_000;

/** What is wrong with an offset that was committed; null: nothing. */
export type Complaint = (partition: number, offset: number) => string | null;

/** Watches a group's committed offsets during a run: they never go back, and what they pass is on the disk. */
export class Bookmarks {
  readonly committed: number[];
  readonly findings: Finding[] = [];
  polls = 0;
  readonly #client: KafkaConsumer;
  readonly #topic: string;
  readonly #complaint: Complaint;
  #stopped = false;
  #watching: Promise<void> = Promise.resolve();

  private constructor(client: KafkaConsumer, topic: string, partitions: number, complaint: Complaint) {
    this.#client = client;
    this.#topic = topic;
    this.#complaint = complaint;
    this.committed = Array.from({ length: partitions }, () => 0);
  }

  static async start(
    bootstrap: string,
    group: string,
    topic: string,
    partitions: number,
    complaint: Complaint,
  ): Promise<Bookmarks> {
    const client = new KafkaConsumer(
      { 'bootstrap.servers': bootstrap, 'group.id': group, 'reconnect.backoff.max.ms': 500 },
      {},
    );
    client.on('event.error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      client.connect({ timeout: 15_000 }, (error) => {
        if (error as unknown) reject(new Error(error.message));
        else resolve();
      });
    });
    const bookmarks = new Bookmarks(client, topic, partitions, complaint);
    bookmarks.#watching = bookmarks.#watch();
    return bookmarks;
  }

  /** Looks once; false: the broker did not answer. */
  async look(): Promise<boolean> {
    const offsets = await this.#ask();
    if (offsets === null) return false;
    this.polls += 1;
    for (const { partition, offset } of offsets) {
      const before = this.committed[partition] ?? 0;
      // A partition without a commit comes without an offset, also behind one that had some.
      const now = offset ?? 0;
      if (now < before)
        this.findings.push({
          kind: 'nonmonotonic-poll',
          text: `at ${new Date().toISOString()} the committed offset of partition ${partition} went back from ${before} to ${now}`,
        });
      for (let at = before; at < now; at++) {
        const text = this.#complaint(partition, at);
        if (text !== null)
          this.findings.push({
            kind: 'lost-write',
            text: `at ${new Date().toISOString()}, when ${now} was committed, offset ${at} of partition ${partition} ${text}`,
          });
      }
      this.committed[partition] = now;
    }
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#watching;
    await new Promise<void>((resolve) => {
      this.#client.disconnect(() => {
        resolve();
      });
    });
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      await this.look();
      await sleep(POLL_MS);
    }
  }

  #ask(): Promise<{ partition: number; offset?: number }[] | null> {
    const all = this.committed.map((_, partition) => ({ topic: this.#topic, partition }));
    return new Promise((resolve) => {
      this.#client.committed(all, TIMEOUT_MS, (error, offsets) => {
        resolve((error as unknown) ? null : offsets);
      });
    });
  }
}

/** Looks for one file an alert this very moment. */
export function savedAsJson(dir: string, topic: string, source: Source): Complaint {
  return (partition, offset) => {
    const { fate, name } = source.message(partition, offset);
    if (fate === 'dead')
      return existsSync(join(dir, '_dead-letter', topic, `${partition}-${offset}.bin`))
        ? null
        : 'was no dead letter';
    const path = join(dir, topic, `${source.names === 'distinct' ? `${partition}-${offset}` : name}.json`);
    if (!existsSync(path)) return 'was not on the disk';
    if (source.names === 'distinct') return null;
    const held = Number(/"offset": (\d+)/.exec(readFileSync(path, 'utf8'))?.[1]);
    return held >= offset ? null : `was not in its file, which held ${held}`;
  };
}
