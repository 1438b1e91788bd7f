import type { MessagePort } from 'node:worker_threads';
import type { Glimpse, GlimpseSettings } from '../glimpse.ts';
import type { SharedBatch } from '../batch/batch.ts';
import type { SelectOptions } from '../config/select.ts';

/** What the main thread says to a worker. */
export type ToWorker =
  | WorkMessage
  /** It is the batch's turn now: give its temporaries their names. */
  | { readonly type: 'publish'; readonly batchId: number }
  /** The partition was lost: remove the batch's temporaries. */
  | { readonly type: 'cancel'; readonly batchId: number }
  /** Another batch needs what this one was allowed to save: remove its temporaries, and bring it back. */
  | { readonly type: 'recall'; readonly batchId: number }
  /** A schema that a batch came back for, as JSON; null: there is none, and its messages are bad. */
  | { readonly type: 'schema'; readonly schemaId: number; readonly schemaText: string | null }
  /** Another worker has died: what it left unfinished may be swept. */
  | { readonly type: 'dead'; readonly threadId: number }
  /** It will be ended: have spans sent. */
  | { readonly type: 'flush' };

/** A batch to be done, from its first message that is not finished. */
export interface WorkMessage {
  readonly type: 'work';
  readonly batchId: number;
  readonly batch: SharedBatch;
  /** Where to note what is saved, for the journal; null: there is none. */
  readonly entries: SharedArrayBuffer | null;
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
  /** It takes work. Where it has spans, it wants to `flush` them before it is ended. */
  | { readonly type: 'ready'; readonly hasSpans: boolean }
  | { readonly type: 'flushed' }
  /** The user's module or a setting cannot be used: not worth starting another worker. */
  | { readonly type: 'unusable'; readonly reason: string; readonly stack: string | undefined }
  /** The worker is through with the batch, but it was not the batch's turn: its temporaries wait. */
  | { readonly type: 'held'; readonly batchId: number }
  /** More memory in which the worker notes what it saved, for the journal; sent before it is used. */
  | { readonly type: 'entries'; readonly batchId: number; readonly memory: SharedArrayBuffer }
  /** Some of the alerts that it saved, for who looks. */
  | { readonly type: 'glimpses'; readonly glimpses: readonly Glimpse[] }
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
  /** Stamps of these messages that have become files of their own; null: none. */
  readonly stamps: ChunkStamps | null;
}

/** What the main thread is told of stamps. */
export interface ChunkStamps {
  /** Lines of the segment's list of them. */
  readonly lines: Uint8Array;
  /** CRC32C of the lines. */
  readonly checksum: number;
  readonly images: number;
  /** Below the output folder: where their names are new. */
  readonly folders: readonly string[];
}

/** What goes into one file of a range. */
export interface ChunkPart {
  /** Below the output folder, as `--path` says; empty: the segment's own file, in the partition's folder. */
  readonly folder: string;
  readonly alerts: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** CRC32C of the bytes: the main thread, through which all of them go, does not look at them. */
  readonly checksum: number;
}

/** A chunk in the main thread. */
export interface ReceivedChunk extends SegmentChunk {
  /** Gives a part's memory back to the worker that filled it. Its bytes are gone afterwards. */
  readonly giveBack: (part: ChunkPart) => void;
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
  /** What became of it, as the end of a sentence. */
  readonly fate: string;
}

/** What a worker thread is started with. */
export interface WorkerData {
  readonly settings: WorkerSettings;
  /** Where memory of chunks comes back once they are written. */
  readonly chunkMemory: MessagePort;
  /** Of the worker's {@link OutsideWaits}. */
  readonly waits: SharedArrayBuffer;
  /** Of the {@link Lease} that all workers have; undefined: their files are in nobody's way. */
  readonly lease: SharedArrayBuffer | undefined;
}

/** How a worker does its work: plain data. */
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
  } | null;
  /** What alerts are saved as, or would be. */
  readonly form: OutputForm;
  /** Without an output folder: alerts go to standard output, one a line; else each is only told of. */
  readonly toPipe: boolean;
  readonly processFile: string | null;
  readonly processCommand: string | null;
  readonly processTimeoutMs: number;
  readonly onError: 'dead-letter' | 'skip' | 'stop';
  readonly logEachAlert: boolean;
  /** null: nobody can look. */
  readonly glimpses: GlimpseSettings | null;
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
