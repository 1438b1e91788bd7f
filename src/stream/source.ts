import { EventEmitter, once } from 'node:events';
import type { TopicPartition } from '../broker/consumer.ts';
import type { Config } from '../config.ts';
import { ClientError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Ledger } from './ledger.ts';
import type { QueuedMessage } from './message-queue.ts';
import { Session } from './session.ts';

const TICK_MS = 500;

/** Where a stream's messages come from: opened by the first who reads, closed once by whoever ends it. */
export class Source {
  /** Where a sink that keeps offsets has come to. */
  position: (at: TopicPartition) => Promise<number | null> = () => Promise.resolve(null);
  readonly #config: Config;
  readonly #log: Log;
  readonly #ledger: Ledger;
  readonly #events = new EventEmitter();
  #changes = 0;
  /** Nothing more is handed out. */
  readonly #stopping = new AbortController();
  #readers = 0;
  #failure: ClientError | null = null;
  #opened: Promise<Session | null> | null = null;
  #session: Session | null = null;
  #ticks: NodeJS.Timeout | undefined;
  #closed: Promise<void> | null = null;

  constructor(config: Config, log: Log, ledger: Ledger) {
    this.#config = config;
    this.#log = log;
    this.#ledger = ledger;
  }

  /** Aborted when nothing more is handed out. */
  get stopped(): AbortSignal {
    return this.#stopping.signal;
  }

  get isOpened(): boolean {
    return this.#opened !== null;
  }

  /** null: it is not open yet. */
  get session(): Session | null {
    return this.#session;
  }

  /** Somebody begins to read; it goes with {@link leave}. @returns null when it was stopped before. @throws ClientError */
  enter(): Promise<Session | null> {
    this.hold();
    this.#opened ??= this.#open();
    return this.#opened;
  }

  /** What ends the reading does not close it before {@link leave}. */
  hold(): void {
    this.#readers += 1;
  }

  async leave(): Promise<void> {
    this.#readers -= 1;
    this.#ledger.inHand([]);
    const isOver = this.#failure !== null || this.#stopping.signal.aborted;
    if (isOver && this.#readers === 0) await this.close();
  }

  /** Who reads has nothing in hand any more, and wants more. @returns whether there may be some. @throws ClientError */
  comeBack(): boolean {
    this.#ledger.inHand([]);
    return this.#goesOn();
  }

  /** The next message; null at the end. @throws ClientError */
  async next(session: Session): Promise<QueuedMessage | null> {
    let isEnd = false;
    for (;;) {
      if (!this.#goesOn()) return null;
      const next = session.take();
      if (next !== null) return next;
      if (isEnd) return null;
      const changes = this.#changes;
      // At the end too, what happened while it was asked for comes first: asking takes a while, in which nobody listens.
      isEnd = await session.isEndReached();
      if (!isEnd && this.#changes === changes) await once(this.#events, 'change');
    }
  }

  /** It has failed for good. */
  fail(error: ClientError): void {
    this.#failure ??= error;
    this.#changed();
  }

  /** Nothing more is handed out. Who reads closes it on the way out, and can commit until then. */
  stop(): void {
    this.#stopping.abort();
    this.#changed();
    if (this.#readers === 0) void this.close();
  }

  /** Commits what was acknowledged, and leaves the group. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /** @throws ClientError */
  #goesOn(): boolean {
    if (this.#failure !== null) throw this.#failure;
    return !this.#stopping.signal.aborted;
  }

  async #open(): Promise<Session | null> {
    this.#session = await Session.open(
      {
        config: this.#config,
        log: this.#log,
        onChange: () => {
          this.#changed();
        },
        fail: (error) => {
          this.fail(error);
        },
        position: (at) => this.position(at),
        surrender: (session, partitions) => this.#ledger.surrender(session, partitions),
      },
      this.#stopping.signal,
    );
    // Without one it is closed already, and nobody would end them.
    if (this.#session !== null)
      this.#ticks = setInterval(() => {
        this.#tick();
      }, TICK_MS);
    return this.#session;
  }

  #tick(): void {
    if (this.#session !== null) this.#ledger.settle(this.#session);
    this.#changed();
  }

  async #close(): Promise<void> {
    this.#stopping.abort();
    this.#changed();
    // Why it did not open is for whoever reads.
    const session = (await this.#opened?.catch(() => null)) ?? null;
    clearInterval(this.#ticks);
    if (session === null) return;
    await this.#ledger.close(session);
    await session.close();
  }

  #changed(): void {
    this.#changes += 1;
    this.#events.emit('change');
  }
}
