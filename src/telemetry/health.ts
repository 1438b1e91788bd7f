import { partitionKey } from '../commit/partition-progress.ts';
import type { History } from './history.ts';
import type { Telemetry } from './telemetry.ts';

/** librdkafka is asked many times a second; a rebalance or a long garbage collection may keep it. */
const POLL_PATIENCE_MS = 30_000;

/** What is wrong, one sentence each; nothing: all is well. */
export interface Health {
  /** A new start may help. */
  readonly unhealthy: readonly string[];
  /** It does not do its work, whether a new start would help or not. */
  readonly unready: readonly string[];
}

/** Tells the truth about a run, not only that it is alive. */
export class HealthWatch {
  readonly #telemetry: Telemetry;
  readonly #stallMs: number;
  readonly #commitMs: number;
  /** Since when each partition has had something to commit without committing anything. */
  readonly #owing = new Map<string, { readonly committed: number; readonly sinceMs: number }>();

  /**
   * A partition with messages in work that stands still counts as stalled after half of `--stall-timeout`: at the end of it the
   * client ends by itself.
   *
   * @param stallTimeoutMs `--stall-timeout`
   * @param segmentAgeMs how long what is finished may wait to be published.
   */
  constructor(telemetry: Telemetry, history: History, stallTimeoutMs: number, segmentAgeMs: number) {
    this.#telemetry = telemetry;
    this.#stallMs = stallTimeoutMs / 2;
    this.#commitMs = this.#stallMs + segmentAgeMs;
    history.onSample(() => {
      this.#look();
    });
  }

  /** How it stands now. */
  now(): Health {
    const { running } = this.#telemetry;
    if (running === null) return { unhealthy: [], unready: ['It is not connected to the broker.'] };
    const unhealthy: string[] = [];
    const unready: string[] = [];
    const nowMs = performance.now();
    const hasPolled = running.isAlive(Number.POSITIVE_INFINITY);
    if (hasPolled && !running.isAlive(POLL_PATIENCE_MS))
      unhealthy.push(`librdkafka has not answered for ${POLL_PATIENCE_MS / 1000} s.`);
    if (!running.isAssigned())
      unready.push(
        'The group has not given it its partitions yet: a member that is gone counts until its session ends.',
      );
    for (const at of running.partitions.values()) {
      const key = partitionKey(at);
      const stoodMs = at.works.size > 0 ? nowMs - at.movedAtMs : 0;
      // A new start makes no room on a disk.
      if (at.wait !== null) unready.push(`${key} waits for ${at.wait.what}.`);
      if (!at.isExcused && stoodMs > this.#stallMs)
        unhealthy.push(`${key} has stood still at offset ${at.finished} for ${seconds(stoodMs)}.`);
      const owedMs = nowMs - (this.#owing.get(key)?.sinceMs ?? nowMs);
      if (owedMs > this.#commitMs) unready.push(`Nothing of ${key} was committed for ${seconds(owedMs)}.`);
    }
    return { unhealthy, unready: [...unhealthy, ...unready] };
  }

  #look(): void {
    const partitions = this.#telemetry.running?.partitions ?? new Map<string, never>();
    for (const key of this.#owing.keys()) if (!partitions.has(key)) this.#owing.delete(key);
    for (const [key, { committed, finished }] of partitions) {
      if (committed >= finished) this.#owing.delete(key);
      else if (this.#owing.get(key)?.committed !== committed)
        this.#owing.set(key, { committed, sinceMs: performance.now() });
    }
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
