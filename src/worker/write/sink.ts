import type { BatchView, Outcome } from '../../batch/batch.ts';
import type { CutAt } from '../../pool/messages.ts';
import type { DatumForm } from '../datum/form.ts';
import type { Message } from '../message.ts';

/** Something written where no reader looks yet. */
export interface Unpublished {
  /** Where it will be, for people. */
  readonly path: string;
  /** Lets readers see it. @throws OutputError */
  publish(): void;
  discard(): void;
}

/** Something written whose bytes are on their way to the disk. */
export interface Unsynced {
  /** Waits for the disk, then lets readers see it. @throws OutputError */
  publish(): Promise<void>;
  discard(): void;
}

/** An image that was taken out of an alert, as the list of a segment has it. */
export interface StampSums {
  /** Below the output folder. */
  readonly path: string;
  readonly bytes: number;
  readonly crc32c: string;
}

/** What became of a message, once all of it is published. */
export interface Finished {
  readonly result: Outcome;
  readonly savedAlerts: number;
  readonly stamps: readonly StampSums[];
}

/**
 * Where a worker's alerts go. A message passes through in steps: each of its alerts is written; when the batch may publish,
 * they are published; then the message is finished.
 */
export interface Sink {
  /** Whether the journal is told of each alert. */
  readonly journaled: boolean;
  /** A message with several alerts can be saved in part, where `--limit` cuts it. */
  readonly takesPartOfMessage: boolean;
  /** The next messages belong to this batch. */
  begin(batchId: number, view: BatchView, cutAt: CutAt | null): void;
  /** Takes an alert. @throws OutputError */
  write(message: Message, relativePath: string, bytes: Uint8Array, form: DatumForm | null): Unpublished;
  /** Takes an image of the alert that comes next. @throws OutputError */
  writeStamp(relativePath: string, bytes: Uint8Array): Unpublished;
  /** Whether a message that ended so is only finished after {@link syncFolders}. */
  needsFolderSync(result: Outcome): boolean;
  /** Makes the names given since the last call durable. @throws OutputError */
  syncFolders(): void;
  /** A message is through: at once or with others, it is marked as finished. */
  finish(view: BatchView, index: number, finished: Finished): void;
  /** No more messages of this batch for now. */
  end(): void;
  /** Waits for the disk, where something that is finished does. @returns null: nothing does. @throws OutputError */
  settle(): Promise<void> | null;
}
