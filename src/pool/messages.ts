import type { SharedBatch } from '../batch/batch.ts';
import type { SelectOptions } from '../selection-options.ts';

/** What the main thread says to a worker. */
export type ToWorker =
  | WorkMessage
  /** It is the batch's turn now: give its temporaries their names. */
  | { readonly type: 'publish'; readonly batchId: number }
  /** The partition was lost: remove the batch's temporaries. */
  | { readonly type: 'cancel'; readonly batchId: number }
  /** A schema that a batch came back for, as JSON; null: there is none, and its messages are bad. */
  | { readonly type: 'schema'; readonly schemaId: number; readonly schemaText: string | null };

/** A batch to be done, from its first message that is not finished. */
export interface WorkMessage {
  readonly type: 'work';
  readonly batchId: number;
  readonly batch: SharedBatch;
  /** How many alerts the worker may still save; null: as many as there are (`--limit`). */
  readonly budget: number | null;
  /** Messages of this batch that killed their worker twice: dead letters, not to be tried again. */
  readonly poisoned: readonly number[];
  /** Where segments are likely to be full; null: no segments. */
  readonly cutAt: CutAt | null;
}

/** After which messages of a batch a segment is likely to be full: after `first` of them, then after each `every`. */
export interface CutAt {
  readonly first: number;
  readonly every: number;
}

/** What a worker says to the main thread. */
export type FromWorker =
  | { readonly type: 'ready' }
  /** The user's module or a setting cannot be used: not worth starting another worker. */
  | { readonly type: 'unusable'; readonly reason: string; readonly stack: string | undefined }
  /** The worker is through with the batch, but it was not the batch's turn: its temporaries wait. */
  | { readonly type: 'held'; readonly batchId: number }
  /** Memory in which the worker notes what it saved, for the journal; sent before it is used. */
  | { readonly type: 'entries'; readonly batchId: number; readonly memory: SharedArrayBuffer }
  | { readonly type: 'done'; readonly batchId: number; readonly report: BatchReport }
  | { readonly type: 'chunk'; readonly batchId: number; readonly chunk: SegmentChunk }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly text: string;
      readonly fields: Record<string, unknown>;
    };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * A run of messages of a batch, as they stand in a segment. Taking it over is what finishes them: until then they are
 * the worker's, and die with it.
 */
export interface SegmentChunk {
  /** Index of the first message in its batch. */
  readonly from: number;
  /** What became of each message, in order. */
  readonly outcomes: Uint8Array;
  /** How many alerts each gave. */
  readonly alerts: Int32Array;
  /** What a file that holds these bytes begins with; null: what every file of the output begins with. One file, one head. */
  readonly head: Uint8Array | null;
  /** One for each file that something goes into. */
  readonly parts: readonly ChunkPart[];
}

/** What goes into one file of a range. */
export interface ChunkPart {
  /** Below the output folder, as `--path` says; empty: the segment's own file, in the partition's folder. */
  readonly folder: string;
  readonly alerts: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is worth telling about a batch beyond its outcomes, which are in shared memory. */
export interface BatchReport {
  /** Why the worker stopped before the end; null where every message is finished. */
  readonly unfinished: Unfinished | null;
  readonly failures: readonly MessageFailure[];
  /** One line an alert, where somebody wants to read them. */
  readonly lines: readonly string[];
  readonly savedBytes: number;
  /** Alerts that were not selected, or that `processAlert` did not want saved. */
  readonly filteredAlerts: number;
  /** What the worker did since it reported last; null: nothing that is worth telling. */
  readonly times: StageTimes | null;
}

/** How a worker spent its time. */
export interface StageTimes {
  /** Decoding, the hook, encoding. */
  readonly processMs: number;
  readonly writeMs: number;
  /** Making files and folders durable. */
  readonly syncMs: number;
}

/** Why a batch came back with messages left. All before them are finished. */
export type Unfinished =
  | { readonly why: 'limit' }
  | { readonly why: 'cancelled' }
  | { readonly why: 'schema'; readonly schemaId: number }
  /** A file could not be written: disk full, folder gone, no permission. Not the message's fault. */
  | { readonly why: 'output'; readonly code: string; readonly text: string }
  /** `--on-error stop`, at this message. */
  | { readonly why: 'stop'; readonly offset: number; readonly code: string; readonly text: string };

/** A message that could not be decoded or processed. */
export interface MessageFailure {
  readonly offset: number;
  readonly code: string;
  readonly text: string;
  readonly stack: string | undefined;
  /** Where the dead letter is; null: skipped. */
  readonly deadLetter: string | null;
}

/** What a worker is started with: plain data. */
export interface WorkerSettings {
  readonly workerIndex: number;
  /** Earlier workers of this process that died: what they left unfinished may be swept. */
  readonly deadThreads: readonly number[];
  readonly format: string;
  readonly indent: number;
  readonly nonFinite: 'auto' | 'null' | 'literal';
  readonly pathTemplate: string;
  /** Which alerts are kept, and what of them. */
  readonly select: SelectOptions;
  /** Kafka's topic names begin with it where the folders do not. */
  readonly topicPrefix: string;
  readonly output: {
    readonly dir: string;
    readonly sync: FileSync;
    readonly caseInsensitive: boolean;
    /** Marks this process's temporaries, so that a later one knows whose they were. */
    readonly writer: string;
    /** What the alerts are saved as. */
    readonly form: OutputForm;
  } | null;
  /** Without an output folder: alerts go to standard output, one a line; else each is only told of. */
  readonly toPipe: boolean;
  readonly processFile: string | null;
  readonly processCommand: string | null;
  readonly processTimeoutMs: number;
  readonly onError: 'dead-letter' | 'skip' | 'stop';
  readonly logEachAlert: boolean;
}

/** One file an alert, or segments. */
export type OutputForm =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'ndjson';
      readonly compression: Compression;
      readonly chunkBytes: number;
      /** The path template names the folder of an alert's file; else a partition has one file at a time. */
      readonly byPath: boolean;
    }
  | { readonly kind: 'raw'; readonly chunkBytes: number }
  | {
      readonly kind: 'avro';
      readonly compression: Compression;
      readonly chunkBytes: number;
      readonly byPath: boolean;
    }
  | { readonly kind: 'parquet'; readonly chunkBytes: number; readonly byPath: boolean };

/** What `--compress` takes. */
export type Compression = 'none' | 'gzip' | 'zstd';

/**
 * How a worker makes its files durable. `group`: it does not, the main thread syncs the file system for many at once;
 * `file`: an fsync each, and one of the folder; `none`: the page cache is enough.
 */
export type FileSync = 'none' | 'group' | 'file';
