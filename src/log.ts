import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { redact } from './secrets.ts';

/** The client's log: `log.info('Sentence.')`, or `log.info({ fields }, 'Sentence.')`. */
export type Log = Logger;

/** How the log looks and how much of it there is. */
export interface LogOptions {
  readonly level: 'debug' | 'info' | 'warn';
  readonly format: 'pretty' | 'json';
}

const ERROR = 50;
const WARN = 40;

/** Makes the log. It goes to standard error, because standard output belongs to alerts, and holds no secret. */
export function createLog({ level, format }: LogOptions): Log {
  const shape = format === 'json' ? (line: string): string => line : prettyLines(level === 'debug');
  const standardError = {
    write: (line: string): void => {
      process.stderr.write(redact(shape(line)));
    },
  };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, standardError);
}

/** For who says in another way what there is to say. */
export const silentLog: Log = pino({ level: 'silent' });

/** `03:14:15 Sentence.`, as the original wrote. */
function prettyLines(showFields: boolean): (line: string) => string {
  return prettyFactory({
    colorize: process.stderr.isTTY && process.env['NO_COLOR'] === undefined,
    ignore: 'pid,hostname,level,time',
    hideObject: !showFields,
    messageFormat: (record, key, _label, { colors }) => {
      const severity = Number(record['level']);
      const label =
        severity >= ERROR ? colors.red('ERROR ') : severity >= WARN ? colors.yellow('WARNING ') : '';
      const clock = new Date(String(record['time'])).toTimeString().slice(0, 8);
      return `${clock} ${label}${String(record[key])}`;
    },
  });
}
