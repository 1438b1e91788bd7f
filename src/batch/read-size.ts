/** How a read may grow. */
export interface ReadLimits {
  /** `--batch-size` */
  readonly maxMessages: number;
  /** `--batch-bytes` */
  readonly maxBytes: number;
  /** `--batch-timeout` */
  readonly timeoutMs: number;
}

/**
 * How many messages to ask for. librdkafka waits for each message anew, so a large number asked of a slow stream would hold the first
 * message back until the last has come. The number therefore follows the stream: as many as lately came within one
 * `--batch-timeout`, at most double the last time, and never more than fit into `--batch-bytes`.
 */
export class ReadSize {
  readonly #limits: ReadLimits;
  #count = 1;
  #meanBytes = 0;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  /** Learns from a read. */
  learn(messages: number, bytes: number, tookMs: number): void {
    const { maxMessages, maxBytes, timeoutMs } = this.#limits;
    if (messages > 0) {
      const mean = bytes / messages;
      this.#meanBytes = this.#meanBytes === 0 ? mean : 0.8 * this.#meanBytes + 0.2 * mean;
    }
    const within = messages === 0 ? 1 : Math.ceil((messages * timeoutMs) / Math.max(1, tookMs));
    const fitting = this.#meanBytes === 0 ? maxMessages : Math.floor(maxBytes / Math.max(1, this.#meanBytes));
    this.#count = Math.max(1, Math.min(within, 2 * this.#count, maxMessages, fitting));
  }
}
