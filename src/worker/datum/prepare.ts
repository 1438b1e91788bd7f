import type { AvroType } from '../decode/avro/schema.ts';
import type { Message } from '../message.ts';
import { dropping, type Prepare } from '../message-worker.ts';
import type { AlertVisitor } from '../decode/visitor.ts';
import type { AlertBytes, Transcoder } from '../transcode.ts';
import type { Data, FoundDatum } from './data.ts';
import { AvroEncoder, Misfit } from './encode.ts';
import { TapeWriter } from './tape-writer.ts';
import { ValueBuilder } from './value.ts';
import { ReturnedValueError } from '../encode/returned.ts';
import { HookError } from '../process/hook.ts';

/** What a hook says of an alert: save it as it is, or not at all, or save the object that it tells. */
export type HookAnswer = 'keep' | 'drop' | ((visitor: AlertVisitor) => void);

/** What {@link createDatumPrepare} is made of. */
export interface DatumPrepareParts {
  readonly data: Data;
  readonly transcoder: Transcoder;
  /** The path of an alert; null: nobody wants one. */
  readonly pathOf: ((message: Message, alert: AlertBytes) => string) | null;
  /** Whether the transcoder passes over alerts that nobody wants. */
  readonly selects: boolean;
  /** The alerts that a hook is asked of, those left out that nobody wants; null: there is no hook. */
  readonly toAsk: ((message: Message, drop: () => void) => Iterable<AlertToAsk>) | null;
}

/** An alert, and what the hook says of it. */
export interface AlertToAsk extends AlertBytes {
  /** @throws HookError */
  readonly ask: () => Promise<HookAnswer>;
}

/**
 * The way of forms with a schema: alerts as Avro or tapes. JSON is only made where a path or a hook needs to know what is in the
 * alert.
 */
export function createDatumPrepare({ data, transcoder, pathOf, selects, toAsk }: DatumPrepareParts): Prepare {
  if (toAsk === null && pathOf === null && !selects) {
    return (message, take, wanted) => {
      let given = 0;
      for (const { form, bytes, stamps, check } of data.read(message)) {
        if (given >= wanted) return { complete: false };
        check?.(bytes);
        take({ path: '', bytes, form, stamps });
        given += 1;
      }
      return { complete: true };
    };
  }
  if (toAsk === null) {
    return (message, take, wanted) => {
      const found = [...data.read(message)];
      let given = 0;
      for (const alert of transcoder.transcode(message, dropping(take))) {
        if (given >= wanted) return { complete: false };
        const { form, bytes, stamps, check } = found[alert.record] as FoundDatum;
        check?.(bytes);
        take({ path: pathOf?.(message, alert) ?? '', bytes, form, stamps });
        given += 1;
      }
      return { complete: true };
    };
  }
  const encoder = new AvroEncoder();
  const tapes = new TapeWriter();
  return async (message, take, wanted) => {
    const found = [...data.read(message)];
    let given = 0;
    for (const alert of toAsk(message, dropping(take))) {
      if (given >= wanted) return { complete: false };
      const { form, schema, stamps, check, bytes: asItCame } = found[alert.record] as FoundDatum;
      // Before it is asked: what names the alert is valid until the next one only.
      const path = pathOf?.(message, alert) ?? '';
      const answer = await alert.ask();
      const bytes = typeof answer === 'function' ? encodeReturned(answer, schema, encoder, tapes) : asItCame;
      if (answer !== 'drop') check?.(bytes);
      take({ path, bytes: answer === 'drop' ? null : bytes, form, stamps });
      if (answer !== 'drop') given += 1;
    }
    return { complete: true };
  };
}

/** What a hook returned, by the schema of the alert that it was given. @throws HookError */
function encodeReturned(
  tell: (visitor: AlertVisitor) => void,
  schema: AvroType | null,
  encoder: AvroEncoder,
  tapes: TapeWriter,
): Uint8Array {
  try {
    if (schema === null) return tapes.write(tell);
    const values = new ValueBuilder();
    tell(values);
    return encoder.encode(schema, values.result ?? null);
  } catch (error) {
    if (error instanceof ReturnedValueError) throw new HookError('HOOK_RESULT', error.message, error);
    if (!(error instanceof Misfit)) throw error;
    throw new HookError(
      'HOOK_RESULT',
      `The hook returned an object that does not fit the alert's schema: ${error.message}.`,
      error,
    );
  }
}
