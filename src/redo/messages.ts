import type { LogLevel, WorkerSettings } from '../pool/messages.ts';
import type { Message } from '../worker/message.ts';
import type { Stamp } from '../worker/select/stamps.ts';

/** What a letter's thread is started with. */
export interface LetterThreadData {
  readonly settings: WorkerSettings;
  /** Of the thread's {@link OutsideWaits}. */
  readonly waits: SharedArrayBuffer;
}

/** A letter's message that is to become alerts. */
export interface LetterJob {
  readonly message: Message;
  /** What the topic's name has in front and its folder has not. */
  readonly topicPrefix: string;
  /** An alert is a line, with all that it has in it; else a file. */
  readonly inLines: boolean;
}

/** An alert that a letter gave now; null bytes: the hook does not want it saved. */
export interface LetterAlert {
  readonly path: string;
  readonly bytes: Uint8Array | null;
  readonly stamps: readonly Stamp[];
}

/** What the main thread says. */
export type ToLetterThread =
  | ({ readonly type: 'job' } & LetterJob)
  /** The schema that it asked for, as JSON. */
  | { readonly type: 'schema'; readonly schemaText: string }
  | { readonly type: 'no-schema'; readonly reason: string };

/** What the thread says. */
export type FromLetterThread =
  /** It takes a job. */
  | { readonly type: 'ready' }
  /** The user's module or a setting cannot be used. */
  | { readonly type: 'unusable'; readonly reason: string }
  /** The job cannot go on without it. */
  | { readonly type: 'schema-needed'; readonly schemaId: number }
  | { readonly type: 'alerts'; readonly alerts: readonly LetterAlert[] }
  | { readonly type: 'failed'; readonly code: string; readonly text: string }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly text: string;
      readonly fields: Record<string, unknown>;
    };
