import { type Context, propagation, ROOT_CONTEXT, type TextMapGetter } from '@opentelemetry/api';
import type { MessageHeader } from '../worker/message.ts';

const fromHeaders: TextMapGetter<readonly MessageHeader[]> = {
  keys: (headers) => headers.map(({ key }) => key),
  get: (headers, name) => {
    const value = headers.find(({ key }) => key === name)?.value ?? null;
    return value === null ? undefined : Buffer.from(value).toString();
  },
};

/** The trace that a message's producer wrote into its headers, in the registered form: W3C's `traceparent` unless told otherwise. */
export function producerContext(headers: readonly MessageHeader[]): Context {
  return propagation.extract(ROOT_CONTEXT, headers, fromHeaders);
}
