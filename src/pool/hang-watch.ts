import { HOOK_GRACE_MS } from '../hook-thread.ts';
import type { Slot } from './slot.ts';
import type { Work } from './work.ts';

const LOOK_INTERVAL_MS = 500;

/** Where a worker was, and how many times in a row it was seen there. */
interface Seen {
  readonly work: Work;
  readonly index: number;
  readonly looks: number;
}

/**
 * A hook in an endless loop never gives its thread back: the worker is ended, and its message counts as deadly. Looks are counted, not time: while
 * the whole process stands still (Ctrl-Z, a machine that is frozen), no hook hangs.
 */
export class HangWatch {
  readonly #slots: readonly Slot[];
  readonly #hookMs: number;
  readonly #seen = new Map<Slot, Seen>();
  readonly #timer: NodeJS.Timeout;

  /** @param hookMs how long a hook may take. */
  constructor(slots: readonly Slot[], hookMs: number) {
    this.#slots = slots;
    this.#hookMs = hookMs;
    this.#timer = setInterval(() => {
      for (const slot of this.#slots) this.#look(slot);
    }, LOOK_INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(slot: Slot): void {
    const work = slot.running;
    const index = work?.view.currentMessage() ?? -1;
    // A disk that does not answer, or a program, is not the message's fault.
    if (work === undefined || index < 0 || slot.waitsOutside) {
      this.#seen.delete(slot);
      return;
    }
    const before = this.#seen.get(slot);
    const looks = before?.work === work && before.index === index ? before.looks + 1 : 0;
    this.#seen.set(slot, { work, index, looks });
    if (looks * LOOK_INTERVAL_MS <= this.#hookMs + HOOK_GRACE_MS) return;
    this.#seen.delete(slot);
    slot.kill(`processAlert did not return within ${this.#hookMs} ms`);
  }
}
