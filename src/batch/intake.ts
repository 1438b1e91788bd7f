import type { ConsumedMessage, PartitionOffset, TopicPartition } from '../broker/consumer.ts';
import type { KnownMessage } from '../broker/start-position.ts';
import { crc32c } from '../checksum.ts';
import type { PartitionProgress } from '../commit/partition-progress.ts';
import type { PassedOver } from '../gaps.ts';
import { heldMs } from '../timestamp.ts';

/** What the intake needs from the flow around it. */
export interface IntakeOptions {
  readonly progressOf: (at: TopicPartition) => PartitionProgress | undefined;
  /** Messages from this offset on are not ours to read; null: all are. Is told what was read. */
  readonly endOf: (at: TopicPartition, messages?: readonly ConsumedMessage[]) => number | null;
  /** Takes messages that are to be worked on: in offset order, none of them read before; at least one. */
  readonly submit: (at: PartitionProgress, messages: readonly ConsumedMessage[]) => void;
  /** The broker passed over offsets: markers, compaction, or a loss. */
  readonly onPassed: (at: PartitionProgress, ranges: readonly PassedOver[]) => void;
  /** Whether the broker has nothing between what was read and this offset. If not so, it is looked for once more. */
  readonly believes: (at: PartitionProgress, next: number) => boolean;
  /** A message that was saved is another one now. */
  readonly onOtherTopic: (at: PartitionProgress) => void;
  /** The broker has lost what was read last, and gives its offsets to other messages. */
  readonly onCut: (at: PartitionProgress) => void;
  /** The broker has set reading back behind what was read; whether anything was lost is not clear yet. */
  readonly onSetBack: (at: PartitionProgress, offset: number) => void;
  /** Something moved without a message being worked on. */
  readonly onMoved: () => void;
}

/** Decides which messages of those that were read are to be worked on, and what it means that others are not there. */
export class Intake {
  readonly #options: IntakeOptions;
  #closed = false;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Begins nothing new from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Messages of one partition, in offset order. */
  take(at: TopicPartition, messages: readonly ConsumedMessage[]): void {
    const progress = this.#options.progressOf(at);
    if (progress === undefined || !this.#takes(progress)) return;
    this.#look(progress, messages);
    if (progress.known !== null && !this.#isKnown(progress, progress.known, messages)) return;
    const end = this.#options.endOf(at, messages) ?? Number.POSITIVE_INFINITY;
    const fresh = messages.filter(({ offset }) => offset >= progress.watermark.position && offset < end);
    const [first] = fresh;
    if (first !== undefined) {
      if (!this.#options.believes(progress, first.offset)) return;
      this.#tellPassed(progress, fresh);
      // Before its memory is given back.
      progress.lastRead = knownOf(fresh.at(-1) ?? first);
      this.#options.submit(progress, fresh);
    }
    const isEnd = messages.some(({ offset }) => offset >= end);
    if (isEnd && this.#options.believes(progress, end)) this.#reach(progress, end);
  }

  /** The partition has nothing more below this offset. */
  takeEnd(end: PartitionOffset): void {
    const progress = this.#options.progressOf(end);
    if (progress === undefined || !this.#takes(progress)) return;
    const mark = this.#options.endOf(end);
    if (!this.#isOverKnown(progress, end.offset) && this.#isSetBack(progress)) {
      this.#refuse(progress);
      return;
    }
    // Past the mark, messages were left out; nothing may be said about the offsets between.
    if (mark !== null && progress.watermark.position >= mark) return;
    if (this.#options.believes(progress, end.offset)) this.#reach(progress, end.offset);
  }

  #takes({ leaving, rewinding, doubt, isOther }: PartitionProgress): boolean {
    return !leaving && !rewinding && doubt !== 'looking' && !isOther && !this.#closed;
  }

  /**
   * librdkafka begins anew, without a word, where a partition ends before the next message: its leader has lost the last ones, in a power cut or to
   * a replica that had not got them. Then their offsets are other messages', so nothing is committed before it is clear that it is still the same.
   */
  #look(progress: PartitionProgress, [first]: readonly ConsumedMessage[]): void {
    const { known, lastRead, watermark } = progress;
    if (known !== null || lastRead === null || first === undefined) return;
    if (first.offset > lastRead.offset || first.offset >= watermark.position) return;
    progress.known = lastRead;
    this.#options.onSetBack(progress, first.offset);
  }

  #isSetBack({ known, lastRead }: PartitionProgress): boolean {
    return known !== null && known === lastRead;
  }

  /** Nothing of the partition is taken any more. */
  #refuse(progress: PartitionProgress): void {
    const { onCut, onOtherTopic } = this.#options;
    progress.isOther = true;
    if (this.#isSetBack(progress)) onCut(progress);
    else onOtherTopic(progress);
  }

  /**
   * Looks at the message that was saved last: is it still what it was? Where it is gone (expired, compacted) nobody can tell, and
   * reading goes on.
   */
  #isKnown(progress: PartitionProgress, known: KnownMessage, messages: readonly ConsumedMessage[]): boolean {
    const seen = messages.find(({ offset }) => offset >= known.offset);
    if (seen === undefined) return true;
    if (this.#isOverKnown(progress, seen.offset)) return true;
    const { timestampMs, bytes, crc32c: checksum } = knownOf(seen);
    const same = timestampMs === known.timestampMs && bytes === known.bytes && checksum === known.crc32c;
    if (same) {
      progress.lastRead = known;
      this.#settle(progress);
    } else {
      this.#refuse(progress);
    }
    return same;
  }

  /** Whether what is read lies behind the message that was saved last, which is gone then. */
  #isOverKnown(progress: PartitionProgress, offset: number): boolean {
    if (progress.known === null || offset <= progress.known.offset) return false;
    this.#settle(progress);
    return true;
  }

  /** What was held back until the topic was known again may be committed, and perhaps it is all that there is. */
  #settle(progress: PartitionProgress): void {
    progress.known = null;
    this.#options.onMoved();
  }

  #reach(progress: PartitionProgress, offset: number): void {
    this.#tellPassed(progress, [{ offset }]);
    progress.watermark.advanceTo(offset);
    this.#options.onMoved();
  }

  /** Within a read, too: librdkafka goes on behind what has expired without ending it. */
  #tellPassed(progress: PartitionProgress, came: readonly { readonly offset: number }[]): void {
    const passed: PassedOver[] = [];
    let next = progress.watermark.position;
    for (const { offset } of came) {
      if (offset > next) passed.push({ from: next, next: offset });
      next = offset + 1;
    }
    if (passed.length > 0) this.#options.onPassed(progress, passed);
  }
}

/** By which a message is known again. */
function knownOf({ offset, timestampMs, value }: ConsumedMessage): KnownMessage {
  const bytes = value ?? new Uint8Array(0);
  return { offset, timestampMs: heldMs(timestampMs), bytes: bytes.byteLength, crc32c: crc32c(bytes) };
}
