import { type BatchView, outcome, type Outcome } from '../../batch/batch.ts';
import type { FileSync } from '../../pool/messages.ts';
import type { Message } from '../message.ts';
import type { OutputFolder, SyncWanted } from './folder.ts';
import type { Finished, Sink, Unpublished } from './sink.ts';

/** One JSON file an alert, as the original client wrote them. */
export class JsonFiles implements Sink {
  readonly takesPartOfMessage = true;
  readonly journaled = true;
  readonly #folder: OutputFolder;
  readonly #sync: FileSync;
  readonly #wanted: SyncWanted;

  constructor(folder: OutputFolder, sync: FileSync) {
    this.#folder = folder;
    this.#sync = sync;
    this.#wanted = sync === 'group' ? 'elsewhere' : sync === 'file';
  }

  begin(): void {
    // Each file stands alone.
  }

  write(_message: Message, relativePath: string, bytes: Uint8Array): Unpublished {
    return this.#folder.write(relativePath, bytes, this.#wanted);
  }

  writeStamp(relativePath: string, bytes: Uint8Array): Unpublished {
    return this.#folder.write(relativePath, bytes, this.#wanted);
  }

  needsFolderSync(result: Outcome): boolean {
    // A dead letter is the last trace of its message: it does not wait for the group's sync.
    return (
      this.#sync === 'file' || (this.#sync === 'group' && (result === outcome.DEAD || this.#folder.isSpread))
    );
  }

  syncFolders(): void {
    this.#folder.syncFolders();
  }

  finish(view: BatchView, index: number, { result, savedAlerts }: Finished): void {
    view.finish(index, result, savedAlerts);
  }

  end(): void {
    // Nothing is held back.
  }

  settle(): null {
    return null;
  }
}
