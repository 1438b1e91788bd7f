import type { Outcome } from '../../batch/batch.ts';
import type { Unpublished } from './folder.ts';

/**
 * Where a worker's alerts go. Writing and publishing are two steps, because files of one partition get their names in
 * offset order while their bytes are written whenever a worker is free.
 */
export interface Sink {
  /** Whether the journal is told of each alert. */
  readonly journaled: boolean;
  /** Writes an alert where no reader looks yet. @throws OutputError */
  write(relativePath: string, bytes: Uint8Array): Unpublished;
  /** Gives a file its name. @throws OutputError */
  publish(file: Unpublished): void;
  discard(file: Unpublished): void;
  /** Whether a message that ended so is only finished after {@link syncFolders}. */
  needsFolderSync(result: Outcome): boolean;
  /** Makes the names given since the last call durable. @throws OutputError */
  syncFolders(): void;
}
