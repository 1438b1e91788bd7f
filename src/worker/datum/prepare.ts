import type { AvroType } from '../decode/avro/schema.ts';
import type { Message } from '../message.ts';
import { dropping, type Prepare } from '../message-worker.ts';
import type { AlertBytes, AlertObject, Transcoder } from '../transcode.ts';
import type { Data, FoundDatum } from './data.ts';
import { AvroEncoder, Misfit } from './encode.ts';
import { encodeTape } from './tape.ts';
import { ValueBuilder } from './value.ts';
import { ReturnedValueError } from '../encode/returned.ts';
import { HookError } from '../process/hook.ts';

/** What {@link createDatumPrepare} is made of. */
export interface DatumPrepareParts {
  readonly data: Data;
  readonly transcoder: Transcoder;
  /** The path of an alert; null: nobody wants one. */
  readonly pathOf: ((message: Message, alert: AlertBytes) => string) | null;
  /** Whether the transcoder passes over alerts that nobody wants. */
  readonly selects: boolean;
  /** What the user's function says of an alert; null: there is none. @throws HookError */
  readonly ask: ((message: Message, alert: AlertObject) => Promise<unknown>) | null;
}

/**
 * The way of forms with a schema: alerts as Avro or tapes. JSON is only made where a path or a hook needs to know what is in the
 * alert.
 */
export function createDatumPrepare({ data, transcoder, pathOf, selects, ask }: DatumPrepareParts): Prepare {
  if (ask === null && pathOf === null && !selects) {
    return (message, take, wanted) => {
      let given = 0;
      for (const { form, bytes } of data.read(message)) {
        if (given >= wanted) return { complete: false };
        take({ path: '', bytes, form });
        given += 1;
      }
      return { complete: true };
    };
  }
  if (ask === null) {
    return (message, take, wanted) => {
      const found = [...data.read(message)];
      let given = 0;
      for (const alert of transcoder.transcode(message, dropping(take))) {
        if (given >= wanted) return { complete: false };
        const { form, bytes } = found[alert.record] as FoundDatum;
        take({ path: pathOf?.(message, alert) ?? '', bytes, form });
        given += 1;
      }
      return { complete: true };
    };
  }
  const encoder = new AvroEncoder();
  return async (message, take, wanted) => {
    const found = [...data.read(message)];
    let given = 0;
    for (const alert of transcoder.transcodeWithObjects(message, dropping(take))) {
      if (given >= wanted) return { complete: false };
      const { form, schema, bytes: asItCame } = found[alert.record] as FoundDatum;
      const path = pathOf?.(message, alert) ?? '';
      const answer = await ask(message, alert);
      const isChanged = answer !== undefined && answer !== null && answer !== false;
      const bytes = isChanged ? encodeReturned(alert, answer, schema, encoder) : asItCame;
      take({ path, bytes: answer === false ? null : bytes, form });
      if (answer !== false) given += 1;
    }
    return { complete: true };
  };
}

/** What the user's function returned, by the schema of the alert that it was given. @throws HookError */
function encodeReturned(
  alert: AlertObject,
  answer: unknown,
  schema: AvroType | null,
  encoder: AvroEncoder,
): Uint8Array {
  try {
    const values = new ValueBuilder();
    alert.tellReturned(answer, values);
    const value = values.result ?? null;
    return schema === null ? encodeTape(value) : encoder.encode(schema, value);
  } catch (error) {
    if (error instanceof ReturnedValueError) throw new HookError('HOOK_RESULT', error.message, error);
    if (!(error instanceof Misfit)) throw error;
    throw new HookError(
      'HOOK_RESULT',
      `processAlert returned an object that does not fit the alert's schema: ${error.message}.`,
      error,
    );
  }
}
