import type { Config } from './config.ts';
import type { Lease } from './lease.ts';

/** librdkafka's own. */
const SESSION_MS = 45_000;
const MAX_POLL_MS = 300_000;
/** With the new protocol the session is the broker's, and it does not say how long it is: this is shorter than any that is of use. */
const NEW_PROTOCOL_LEASE_MS = 5_000;
/** Three heartbeats as the broker wants them where nothing else is set. */
const NEW_PROTOCOL_DOUBT_MS = 15_000;
/** From librdkafka's clock to the callback. */
const TO_HEAR_MS = 2_000;

/** How long what was last heard holds, and how long polling must go on before the same is believed again. */
export interface Terms {
  readonly leaseMs: number;
  readonly doubtMs: number;
}

/** @returns a lease that ends before the group's session, and a doubt within which librdkafka tells that the session has ended. */
export function termsOf({ broker, read }: Config): Terms {
  const { groupProtocol, properties } = broker;
  const ofProperty = (key: string, otherwise: number): number => Number(properties[key] ?? otherwise);
  const sessionMs = ofProperty('session.timeout.ms', SESSION_MS);
  const isNew = groupProtocol === 'consumer';
  const most = ofProperty('max.poll.interval.ms', MAX_POLL_MS) / 2;
  const leaseMs = Math.min(isNew ? NEW_PROTOCOL_LEASE_MS : sessionMs / 2, most);
  return {
    // A poll that only waits for messages is no standstill.
    leaseMs: Math.max(leaseMs, 4 * read.batchTimeoutMs),
    doubtMs: isNew ? NEW_PROTOCOL_DOUBT_MS : sessionMs + TO_HEAR_MS,
  };
}

/**
 * Keeps the lease of a member of a group. While polls are answered it is put off; where none was for too long, this process or its main thread
 * stood still, and the group may have given its partitions to another. The first poll afterwards proves nothing, for the group's
 * answer comes later: so it stays out until polling has gone on for long enough, or the partitions were given up, and with them all work.
 */
export class Membership {
  readonly #lease: Lease;
  readonly #terms: Terms;
  readonly #onDoubt: (stoodStillMs: number) => void;
  readonly #clocks: readonly [steady: () => number, calendar: () => number];
  #polledAtMs: readonly number[] | null = null;
  #doubtedAtMs: number | null = null;

  /** @param clocks milliseconds by two, for the reason that {@link Lease} has. */
  constructor(
    lease: Lease,
    terms: Terms,
    onDoubt: (stoodStillMs: number) => void,
    clocks: readonly [() => number, () => number] = [() => performance.now(), () => Date.now()],
  ) {
    this.#lease = lease;
    this.#terms = terms;
    this.#onDoubt = onDoubt;
    this.#clocks = clocks;
  }

  /** Whether the group may have given our partitions to another. */
  get isInDoubt(): boolean {
    return this.#doubtedAtMs !== null;
  }

  /** A poll was answered. @param hasPartitions whether there are any that could be another's. */
  polled(hasPartitions: boolean): void {
    const [steady, calendar] = this.#clocks;
    const [nowMs, calendarMs] = [steady(), calendar()];
    const { leaseMs, doubtMs } = this.#terms;
    const [beforeMs = nowMs, calendarBeforeMs = calendarMs] = this.#polledAtMs ?? [];
    const sinceMs = Math.max(nowMs - beforeMs, calendarMs - calendarBeforeMs);
    this.#polledAtMs = [nowMs, calendarMs];
    if (!hasPartitions) {
      this.#doubtedAtMs = null;
    } else if (sinceMs >= leaseMs) {
      if (this.#doubtedAtMs === null) this.#onDoubt(sinceMs);
      this.#doubtedAtMs = nowMs;
    } else if (this.#doubtedAtMs !== null && nowMs - this.#doubtedAtMs >= doubtMs) {
      this.#doubtedAtMs = null;
    }
    if (this.#doubtedAtMs === null) this.#lease.endIn(leaseMs);
  }
}
