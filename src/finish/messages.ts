import type { Compression } from '../pool/messages.ts';

/** What loose records become. */
export type FinishForm =
  | { readonly kind: 'avro'; readonly compression: Compression }
  | { readonly kind: 'parquet' };

/** A file of loose records that is to get its form. */
export interface FinishJob {
  /** The loose records. */
  readonly from: string;
  /** Of their file; another is not what was written. */
  readonly crc32c: string;
  /** The new file; what is there already is thrown away. */
  readonly to: string;
  readonly form: FinishForm;
  /** Whether it must be on the disk before it counts. */
  readonly sync: boolean;
}

/** The new file. */
export interface Finished {
  readonly bytes: number;
  readonly crc32c: string;
}

/** What a thread answers to a job. */
export type FinishAnswer =
  | { readonly ok: true; readonly finished: Finished }
  | {
      readonly ok: false;
      readonly message: string;
      readonly code: string | undefined;
      /** Whether it may succeed later: the new file could not be written. */
      readonly retryable: boolean;
    };
