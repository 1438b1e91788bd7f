import type { Config } from './config.ts';
import type { FileSync, WorkerSettings } from './pool/messages.ts';
import { outputForm } from './segment/form.ts';

/** What workers are told of the configuration. */
export function settingsForWorkers(
  config: Config,
  sync: FileSync,
  caseInsensitive: boolean,
  writer: string,
): Omit<WorkerSettings, 'workerIndex' | 'deadThreads'> {
  const { output, topics, decode, pool, errors, log } = config;
  return {
    format: decode.format,
    indent: output.form === 'json' && !output.toPipe ? output.indent : 0,
    nonFinite: output.nonFinite,
    pathTemplate: output.pathTemplate,
    select: config.select,
    topicPrefix: topics.prefix,
    output:
      output.dir === null
        ? null
        : { dir: output.dir, sync, caseInsensitive, writer, form: outputForm(output) },
    toPipe: output.toPipe,
    processFile: pool.processFile,
    processCommand: pool.processCommand,
    processTimeoutMs: pool.processTimeoutMs,
    onError: errors.onError,
    logEachAlert: output.dir === null && !output.toPipe ? log.level !== 'warn' : log.level === 'debug',
  };
}
