import type { ConsumedMessage } from '../broker/consumer.ts';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { OpenRange } from '../commit/watermark.ts';

/** A message that was read and not yet handed out. */
export interface QueuedMessage {
  readonly message: ConsumedMessage & { readonly value: Uint8Array };
  readonly at: PartitionProgress;
  /** Of all messages that came with it. */
  readonly range: OpenRange;
  /** Where the range goes on behind it; what has no value in between counts as done with it. */
  readonly next: number;
}

/** What a message takes beside its bytes, in objects. */
const OBJECT_BYTES = 500;
/** Empty places that are taken out of the list at a time. */
const SWEEP = 1_024;

/** What was read ahead of the caller, in the order of each partition. */
export class MessageQueue {
  /** Places before the head are empty: a message in the caller's hands is the caller's to let go of. */
  readonly #messages: (QueuedMessage | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  /** Memory of the messages that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param messages of one partition, in offset order, behind all that were added before; at least one. */
  add(at: PartitionProgress, messages: readonly ConsumedMessage[]): void {
    const [first, last] = [messages[0], messages.at(-1)];
    if (first === undefined || last === undefined) return;
    const range = at.watermark.begin(first.offset, last.offset + 1);
    const withValue = messages.filter(hasValue);
    at.watermark.finish(range, withValue[0]?.offset ?? range.next);
    withValue.forEach((message, i) => {
      this.#messages.push({ message, at, range, next: withValue[i + 1]?.offset ?? range.next });
      this.#bytes += bytesOf(message);
    });
  }

  /** The next message of a partition that is still ours; null: there is none. */
  take(isOurs: (at: PartitionProgress) => boolean): QueuedMessage | null {
    for (;;) {
      const next = this.#messages[this.#head];
      if (next === undefined) return null;
      this.#messages[this.#head] = undefined;
      this.#head += 1;
      if (this.#head === this.#messages.length || this.#head === SWEEP) {
        this.#messages.splice(0, this.#head);
        this.#head = 0;
      }
      this.#bytes -= bytesOf(next.message);
      if (isOurs(next.at)) return next;
    }
  }
}

function hasValue(message: ConsumedMessage): message is QueuedMessage['message'] {
  return message.value !== null;
}

/** The memory that a message takes: small ones may have large keys, or be many. */
function bytesOf({ key, value, headers }: QueuedMessage['message']): number {
  let bytes = OBJECT_BYTES + value.byteLength + (key?.byteLength ?? 0);
  for (const header of headers) bytes += header.key.length + (header.value?.byteLength ?? 0);
  return bytes;
}

/** The message is in the caller's hands, or nobody wants it: reading has come to the next one. */
export function passOn({ at, range, next }: QueuedMessage): void {
  at.watermark.finish(range, next);
}
