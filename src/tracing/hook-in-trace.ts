import { context } from '@opentelemetry/api';
import type { ProcessAlert } from '../worker/process/hook.ts';
import { producerContext } from './producer-context.ts';

/** The same function; spans that it starts belong to the trace of the alert's producer. */
export function hookInTrace(hook: ProcessAlert): ProcessAlert {
  return (alert, about) => context.with(producerContext(about.headers), () => hook(alert, about));
}
