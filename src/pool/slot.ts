import type { EventLoopUtilization } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MessageChannel, type MessagePort, type Worker } from 'node:worker_threads';
import { deathOf, startHookThread } from '../hook-thread.ts';
import type { Lease } from '../lease.ts';
import type { ChunkPart, FromWorker, ToWorker, WorkerData, WorkerSettings } from './messages.ts';
import { OutsideWaits } from '../outside-waits.ts';
import type { Work } from './work.ts';

/** A hook that never gives its thread back must not hold up the end for longer. */
const FLUSH_MS = 4_000;

/** How a worker thread ended. */
export interface Death {
  readonly reason: string;
  /** It never got so far as to take work: another one would fare the same. */
  readonly atStart: boolean;
}

/** One worker thread and the batches that are with it. */
export class Slot {
  readonly threadId: number;
  /** In the order given; the worker works on the first that is not held. */
  readonly works: Work[] = [];
  readonly #worker: Worker;
  readonly #chunkMemory: MessagePort;
  readonly #waits = new OutsideWaits();
  #use: EventLoopUtilization | undefined;
  #ready = false;
  #hasSpans = false;
  #onFlushed: () => void = () => undefined;
  #stopping = false;
  #lastError: string | null = null;

  constructor(
    settings: WorkerSettings,
    lease: Lease | null,
    onMessage: (message: FromWorker) => void,
    onDeath: (death: Death) => void,
  ) {
    const { port1, port2 } = new MessageChannel();
    this.#chunkMemory = port1;
    const data: WorkerData = {
      ...{ settings, chunkMemory: port2, waits: this.#waits.memory },
      lease: lease?.memory,
    };
    this.#worker = startHookThread(new URL('../worker/main.js', import.meta.url), data, [port2]);
    this.threadId = this.#worker.threadId;
    this.#worker.on('message', (message: FromWorker) => {
      if (message.type === 'ready') {
        this.#ready = true;
        this.#hasSpans = message.hasSpans;
      }
      if (message.type === 'flushed') this.#onFlushed();
      onMessage(message);
    });
    this.#worker.on('error', (error) => {
      this.#lastError = deathOf(error);
    });
    this.#worker.on('exit', (code) => {
      if (this.#stopping) return;
      onDeath({ reason: this.#lastError ?? `it exited with code ${code}`, atStart: !this.#ready });
    });
  }

  /** Batches that the worker has still to do; held ones only wait for their turn. */
  get load(): number {
    return this.works.reduce((sum, work) => sum + (work.state === 'with-worker' ? 1 : 0), 0);
  }

  /** The batch that the worker is at. */
  get running(): Work | undefined {
    return this.works.find((work) => work.state === 'with-worker');
  }

  /** Whether it waits for a disk or a process, and so hangs not by itself. */
  get waitsOutside(): boolean {
    return this.#waits.any;
  }

  /** How busy the worker was since this was asked last, from 0 to 1. */
  takeUse(): number {
    const now = this.#worker.performance.eventLoopUtilization();
    const { utilization } =
      this.#use === undefined ? now : this.#worker.performance.eventLoopUtilization(now, this.#use);
    this.#use = now;
    // Not a number before the thread's loop has begun.
    return utilization > 0 ? Math.min(1, utilization) : 0;
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** Gives the memory of a chunk back that the worker has sent. */
  giveBack({ bytes: { buffer } }: ChunkPart): void {
    this.#chunkMemory.postMessage(buffer, [buffer]);
  }

  /** Ends a worker that hangs; its death is reported like any other. */
  kill(reason: string): void {
    this.#lastError = reason;
    void this.#worker.terminate();
  }

  /** Ends the worker in peace. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#hasSpans) await this.#flush();
    await this.#worker.terminate();
  }

  async #flush(): Promise<void> {
    const flushed = new Promise<void>((resolve) => {
      this.#onFlushed = resolve;
    });
    this.send({ type: 'flush' });
    await Promise.race([flushed, sleep(FLUSH_MS, undefined, { ref: false })]);
  }
}
