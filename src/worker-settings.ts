import type { Config } from './config.ts';
import type { GlimpseSettings } from './glimpse.ts';
import type { FileSync, WorkerSettings } from './pool/messages.ts';
import { outputForm } from './segment/form.ts';

/** What workers are told of the configuration. @param glimpses none: nobody can look at alerts. */
export function settingsForWorkers(
  config: Config,
  sync: FileSync,
  caseInsensitive: boolean,
  writer: string,
  glimpses: GlimpseSettings | null = null,
): Omit<WorkerSettings, 'workerIndex' | 'deadThreads'> {
  const { output, topics, decode, pool, errors, log, dryRun } = config;
  const isOnlyLogged = output.dir === null && !output.toPipe && !dryRun;
  return {
    format: decode.format,
    indent: output.form === 'json' ? output.indent : 0,
    nonFinite: output.nonFinite,
    pathTemplate: output.pathTemplate,
    select: config.select,
    topicPrefix: topics.prefix,
    output: output.dir === null ? null : { dir: output.dir, sync, caseInsensitive, writer },
    form: outputForm(output),
    toPipe: output.toPipe,
    processFile: pool.processFile,
    processCommand: pool.processCommand,
    processTimeoutMs: pool.processTimeoutMs,
    glimpses,
    onError: errors.onError,
    logEachAlert: isOnlyLogged ? log.level !== 'warn' : log.level === 'debug',
  };
}
