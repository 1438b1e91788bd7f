import type { Config } from './config.ts';
import type { FileSync, WorkerSettings } from './pool/messages.ts';
import { newWriter } from './worker/write/temporary.ts';

/** What workers are told of the configuration. */
export function settingsForWorkers(
  config: Config,
  sync: FileSync,
  caseInsensitive: boolean,
): Omit<WorkerSettings, 'workerIndex' | 'deadThreads'> {
  const { output, topics, decode, pool, errors, log } = config;
  return {
    format: decode.format,
    indent: output.indent,
    nonFinite: output.nonFinite,
    pathTemplate: output.pathTemplate,
    topicPrefix: topics.prefix,
    output: output.dir === null ? null : { dir: output.dir, sync, caseInsensitive, writer: newWriter() },
    processFile: pool.processFile,
    processTimeoutMs: pool.processTimeoutMs,
    onError: errors.onError,
    logEachAlert: output.dir === null ? log.level !== 'warn' : log.level === 'debug',
  };
}
