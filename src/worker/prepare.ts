import type { LogLevel, WorkerSettings } from '../pool/messages.ts';
import type { FormatOption } from './decode/detect.ts';
import { ReturnedValueError } from './encode/returned.ts';
import { checkColumns } from './datum/columns.ts';
import { Data, type DataOptions } from './datum/data.ts';
import { type AlertToAsk, createDatumPrepare, type HookAnswer } from './datum/prepare.ts';
import type { Message } from './message.ts';
import { stripPrefix } from '../topic-name.ts';
import { dateOf } from '../timestamp.ts';
import { dropping, type Prepare, type PreparedAlert } from './message-worker.ts';
import { PathTemplate } from './name/template.ts';
import { alertsForChild, prepareByChild } from './prepare-by-child.ts';
import { ChildHook } from './process/child-hook.ts';
import { type AlertContext, HookError, type HookLogger, type ProcessAlert, runHook } from './process/hook.ts';
import type { Hook } from './process/load.ts';
import type { KnownSchemas } from './schemas.ts';
import type { Reduction } from './select/reduced.ts';
import { Selection } from './select/selection.ts';
import { StampFiles } from './select/stamps.ts';
import { type AlertObject, type AlertToName, Transcoder, type TranscoderOptions } from './transcode.ts';
import { whyNoWebAssembly } from './wasm/module.ts';

/** Sends a line to the client's log. */
export type SendLog = (level: LogLevel, text: string, fields: Record<string, unknown>) => void;

/**
 * The way from a message to named bytes: straight through where nobody looks at the alert, else by way of the user's
 * function.
 */
export function createPrepare(
  settings: WorkerSettings,
  schemas: KnownSchemas,
  hook: Hook | null,
  sendLog: SendLog,
): Prepare {
  const { form } = settings;
  const selection = Selection.of(settings.select);
  if (form.kind === 'raw' && selection === null) return untouched;
  const template = new PathTemplate(settings.pathTemplate, settings.output?.caseInsensitive ?? false);
  const hasSchema = form.kind === 'avro' || form.kind === 'parquet';
  // In segments an alert has no name; only their layout and who reads the log want one.
  const named = form.kind === 'json' || ('byPath' in form && form.byPath) || settings.logEachAlert;
  const options: TranscoderOptions = {
    format: settings.format as FormatOption,
    indent: settings.indent,
    // Forms with a schema have a place for NaN.
    nonFinite: hasSchema ? 'literal' : settings.nonFinite,
    fieldPaths: named ? template.fieldPaths : [],
    schemas,
    selection,
    reduction: reductionOf(settings.select),
  };
  const pathOf = (message: Message, alert: AlertToName): string =>
    named
      ? template.render({ message, topic: stripPrefix(message.topic, settings.topicPrefix), ...alert })
      : '';
  const stampFiles =
    settings.select.stamps === 'extract' && form.kind === 'json'
      ? (message: Message, alert: AlertToName): StampFiles => StampFiles.beside(pathOf(message, alert))
      : stampsByOffset(settings);
  const transcoder = new Transcoder({ ...options, stampFiles });
  if (form.kind === 'raw') {
    // A tombstone has no fields to ask about. A copy without it would bring back what was deleted.
    return (message, take, wanted) =>
      untouched(
        message,
        message.tombstone === true || transcoder.wantsAny(message) ? take : dropping(take),
        wanted,
      );
  }

  if (settings.workerIndex === 0 && settings.deadThreads.length === 0) {
    sendLog(...howTranscoded(transcoder, hook, settings), {});
  }
  if (hasSchema) {
    return createDatumPrepare({
      data: new Data({
        format: settings.format as FormatOption,
        schemas,
        reduction: options.reduction ?? null,
        stampFiles: stampsByOffset(settings),
        checkOf: form.kind === 'parquet' ? checkColumns : () => null,
      }),
      transcoder,
      pathOf: named ? pathOf : null,
      selects: selection !== null,
      toAsk:
        hook === null
          ? null
          : hook instanceof ChildHook
            ? alertsForChild(transcoder, hook)
            : alertsForFunction(transcoder, hook, settings, sendLog),
    });
  }
  if (hook instanceof ChildHook) return prepareByChild({ ...options, stampFiles }, hook, pathOf);
  if (hook === null) {
    return (message, take, wanted) => {
      let given = 0;
      for (const alert of transcoder.transcode(message, dropping(take))) {
        if (given >= wanted) return { complete: false };
        take({ path: pathOf(message, alert), bytes: alert.bytes, stamps: alert.stamps });
        given += 1;
      }
      return { complete: true };
    };
  }

  return async (message, take, wanted) => {
    let given = 0;
    for (const alert of transcoder.transcodeWithObjects(message, dropping(take))) {
      if (given >= wanted) return { complete: false };
      const path = pathOf(message, alert);
      const context = contextOf(message, alert.record, sendLog);
      const result = await runHook(hook, alert.alert, context, settings.processTimeoutMs);
      const bytes = bytesToSave(result, alert);
      take({ path, bytes, stamps: alert.stamps } satisfies PreparedAlert);
      if (bytes !== null) given += 1;
    }
    return { complete: true };
  };
}

/** Alerts for a user's function, for forms with a schema. */
function alertsForFunction(
  transcoder: Transcoder,
  hook: ProcessAlert,
  settings: WorkerSettings,
  sendLog: SendLog,
): (message: Message, drop: () => void) => Iterable<AlertToAsk> {
  return function* (message, drop) {
    for (const alert of transcoder.transcodeWithObjects(message, drop)) {
      const ask = async (): Promise<HookAnswer> => {
        const context = contextOf(message, alert.record, sendLog);
        const answer = await runHook(hook, alert.alert, context, settings.processTimeoutMs);
        if (answer === undefined || answer === null) return 'keep';
        if (answer === false) return 'drop';
        return (visitor) => {
          alert.tellReturned(answer, visitor);
        };
      };
      yield { ...alert, ask };
    }
  };
}

/** Which way alerts go, said once by the first worker. */
function howTranscoded(
  transcoder: Transcoder,
  hook: Hook | null,
  settings: WorkerSettings,
): [LogLevel, string] {
  if (hook !== null && !(hook instanceof ChildHook))
    return ['debug', 'Alerts are transcoded without WebAssembly: processAlert is given objects.'];
  if (transcoder.usesWebAssembly) return ['debug', 'Alerts are transcoded with WebAssembly.'];
  if (settings.select.stamps === 'extract')
    return ['debug', 'Alerts are transcoded without WebAssembly: their stamps are taken out.'];
  const why = whyNoWebAssembly() ?? '--path names too many fields';
  return ['warn', `Alerts are transcoded without WebAssembly, which takes longer: ${why}.`];
}

/** `--output raw`: nobody looks into the message. */
const untouched: Prepare = ({ topic, partition, offset, value }, take) => {
  take({ path: `${topic}/${partition}/${offset}`, bytes: value });
  return { complete: true };
};

/** An alert in a segment has no file that its stamps could be named after. */
function stampsByOffset({ select, topicPrefix }: WorkerSettings): DataOptions['stampFiles'] {
  if (select.stamps !== 'extract') return null;
  return (message, place) => StampFiles.byOffset(message, topicPrefix, place);
}

function reductionOf({ fields, stamps }: WorkerSettings['select']): Reduction | null {
  return fields === null && stamps !== 'drop' ? null : { fields, dropStamps: stamps === 'drop' };
}

/** What the hook's answer means; null: not to be saved. @throws HookError */
function bytesToSave(result: unknown, alert: AlertObject): Uint8Array | null {
  if (result === undefined || result === null) return alert.bytes;
  if (result === false) return null;
  try {
    return alert.encodeReturned(result);
  } catch (error) {
    if (error instanceof ReturnedValueError) throw new HookError('HOOK_RESULT', error.message, error);
    throw error;
  }
}

function contextOf(message: Message, record: number, sendLog: SendLog): Omit<AlertContext, 'signal'> {
  const { topic, partition, offset, timestampMs, key, headers } = message;
  const at = { topic, partition, offset };
  const line =
    (level: LogLevel) =>
    (text: string, fields: Record<string, unknown> = {}): void => {
      sendLog(level, text, { ...at, ...fields });
    };
  const logger: HookLogger = {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
  };
  return { ...at, record, timestamp: dateOf(timestampMs), key, headers, logger };
}
