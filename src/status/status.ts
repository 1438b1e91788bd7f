import type { Config } from '../config.ts';
import type { Log } from '../log.ts';
import type { History } from '../telemetry/history.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import { blockOf } from './block.ts';
import { lineOf } from './lines.ts';
import { summaryOf } from './summary.ts';
import { keepBlock } from './terminal.ts';
import { viewOf } from './view.ts';

const DRAW_MS = 250;
const LINE_MS = 10_000;

/** How the user is told how it goes. */
export interface Status {
  /** Ends it with a summary. */
  end(): void;
}

/**
 * Shows how a run goes: on a terminal as a block that is kept up to date, elsewhere as a line in the log every ten seconds.
 * With `--quiet` as nothing.
 */
export function showStatus(config: Config, telemetry: Telemetry, history: History, log: Log): Status {
  const stop = config.log.level === 'warn' ? (): void => undefined : start(config, telemetry, history, log);
  return {
    end: () => {
      stop();
      const summary = summaryOf(config, telemetry);
      if (summary !== null) log.info(summary.fields, summary.text);
    },
  };
}

/** @returns what ends it. */
function start(config: Config, telemetry: Telemetry, history: History, log: Log): () => void {
  if (isLive(config)) return drawBlock(config, telemetry, history);
  const timer = setInterval(() => {
    if (telemetry.startedMs === null) return;
    const { fields, text } = lineOf(viewOf(config, telemetry, history));
    log.info(fields, text);
  }, LINE_MS).unref();
  return () => {
    clearInterval(timer);
  };
}

function drawBlock(config: Config, telemetry: Telemetry, history: History): () => void {
  const { stderr, stdout } = process;
  const block = keepBlock(stderr, stdout.isTTY ? [stdout] : []);
  const colours = (process.env['NO_COLOR'] ?? '') === '';
  const timer = setInterval(() => {
    const { columns, rows } = stderr;
    block.draw(blockOf(viewOf(config, telemetry, history), { columns, rows, colours }));
  }, DRAW_MS).unref();
  const end = (): void => {
    clearInterval(timer);
    block.end();
  };
  // However it ends, nothing is left behind that is out of date.
  process.once('exit', end);
  return () => {
    process.off('exit', end);
    end();
  };
}

function isLive({ log }: Config): boolean {
  return process.stderr.isTTY && process.env['TERM'] !== 'dumb' && log.format === 'pretty';
}
