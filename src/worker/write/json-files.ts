import { outcome, type Outcome } from '../../batch/batch.ts';
import type { FileSync } from '../../pool/messages.ts';
import type { OutputFolder, Unpublished } from './folder.ts';
import type { Sink } from './sink.ts';

/** One JSON file an alert, as the original client wrote them. */
export class JsonFiles implements Sink {
  readonly journaled = true;
  readonly #folder: OutputFolder;
  readonly #sync: FileSync;

  constructor(folder: OutputFolder, sync: FileSync) {
    this.#folder = folder;
    this.#sync = sync;
  }

  write(relativePath: string, bytes: Uint8Array): Unpublished {
    return this.#folder.write(relativePath, bytes, this.#sync === 'file');
  }

  publish(file: Unpublished): void {
    this.#folder.publish(file);
  }

  discard(file: Unpublished): void {
    this.#folder.discard(file);
  }

  needsFolderSync(result: Outcome): boolean {
    // A dead letter is the last trace of its message: it does not wait for the group's sync.
    return this.#sync === 'file' || (this.#sync === 'group' && result === outcome.DEAD);
  }

  syncFolders(): void {
    this.#folder.syncFolders();
  }
}
