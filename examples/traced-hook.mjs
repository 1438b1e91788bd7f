// Makes a span of each alert, in the trace of the program that sent it. With tracing.mjs, or any other OpenTelemetry SDK:
//   NODE_OPTIONS='--import ./tracing.mjs' antares-client TOPICS --process traced-hook.mjs
import { trace } from '@opentelemetry/api';

const tracer = trace.getTracer('traced-hook');

export function processAlert(alert, { topic, offset }) {
  return tracer.startActiveSpan('look at alert', (span) => {
    span.setAttributes({ 'messaging.destination.name': topic, 'messaging.kafka.offset': offset });
    const isBright = alert.candidate?.magpsf < 18;
    span.end();
    return isBright ? undefined : false;
  });
}
