import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { redact } from './secrets.ts';

/** The client's log: `log.info('Sentence.')`, or `log.info({ fields }, 'Sentence.')`. */
export type Log = Logger;

/** How the log looks and how much of it there is. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn';
  readonly format: 'pretty' | 'json';
}

/** Makes the log. It goes to standard error, because standard output belongs to alerts, and holds no secret. */
export function createLog({ level, format }: LogOptions): Log {
  const standardError = { write: (line: string) => void process.stderr.write(redact(line)) };
  const options = { level, base: null };
  if (format === 'json') return pino({ ...options, timestamp: pino.stdTimeFunctions.isoTime }, standardError);
  // In this thread and at once: a pretty log that arrives after the end helps nobody.
  const stream = pretty({
    colorize: process.stderr.isTTY && process.env['NO_COLOR'] === undefined,
    translateTime: 'SYS:HH:MM:ss',
    ignore: 'pid,hostname,level',
    hideObject: level !== 'debug',
    customPrettifiers: {},
    messageFormat: (record, key, labelKey, { colors }) => {
      const label =
        Number(record['level']) >= 50
          ? colors.red('ERROR ')
          : Number(record['level']) >= 40
            ? colors.yellow('WARNING ')
            : '';
      void labelKey;
      return `${label}${String(record[key])}`;
    },
    destination: { write: standardError.write } as never,
    sync: true,
  });
  return pino(options, stream);
}
