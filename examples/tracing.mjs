// Sends OpenTelemetry traces to a collector (OTEL_EXPORTER_OTLP_ENDPOINT, else http://localhost:4318):
//   npm install @opentelemetry/sdk-trace-node @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources
//   NODE_OPTIONS='--import ./tracing.mjs' antares-client TOPICS …
// Node.js runs it in each worker thread too, so that a hook's spans are sent as well.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

new NodeTracerProvider({
  resource: resourceFromAttributes({ 'service.name': 'antares-client' }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
}).register();
