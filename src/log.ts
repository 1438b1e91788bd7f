import { pino } from 'pino';
import pretty from 'pino-pretty';

/** The client's log: `log.info({ fields }, 'Sentence.')`. */
export type Log = pino.Logger;

/** How the log looks and how much of it there is. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly format: 'pretty' | 'json';
}
