import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import type { BatchView } from '../batch/batch.ts';
import type { BatchReport } from '../pool/messages.ts';
import { producerContext } from './producer-context.ts';

type Step = 'work' | 'publish' | 'commit';

/**
 * The span of one batch. Within it there is a span for each step of its way:
 *
 *     work → publish → commit → ended
 *
 * `work` until the workers are through with it, `publish` until it is durable, `commit` until the broker has confirmed its offsets.
 */
export class BatchTrace {
  /** The offset behind its last message. */
  readonly next: number;
  readonly #tracer: Tracer;
  readonly #span: Span;
  readonly #within: Context;
  #step: Step = 'work';
  #stepMs: number = Date.now();
  #savedAlerts = 0;
  #filteredAlerts = 0;
  #failedMessages = 0;
  #processMs = 0;
  #writeMs = 0;
  #syncMs = 0;

  constructor(tracer: Tracer, view: BatchView, attributes: Attributes) {
    const { topic, partition, count } = view.batch;
    this.next = view.offset(count - 1) + 1;
    this.#tracer = tracer;
    this.#span = tracer.startSpan(
      `process ${topic}`,
      {
        kind: SpanKind.CONSUMER,
        startTime: this.#stepMs,
        links: producersOf(view),
        attributes: {
          ...attributes,
          'messaging.system': 'kafka',
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.destination.name': topic,
          'messaging.destination.partition.id': String(partition),
          'messaging.batch.message_count': count,
          'messaging.kafka.offset': view.offset(0),
        },
      },
      ROOT_CONTEXT,
    );
    this.#within = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  /** A worker brought it back. */
  worked({ failures, filteredAlerts, times, unfinished }: BatchReport, savedAlerts: number): void {
    this.#savedAlerts += savedAlerts;
    this.#filteredAlerts += filteredAlerts;
    this.#failedMessages += failures.length;
    this.#processMs += times?.processMs ?? 0;
    this.#writeMs += times?.writeMs ?? 0;
    this.#syncMs += times?.syncMs ?? 0;
    for (const { code, text, offset } of failures)
      this.#span.addEvent('exception', {
        'exception.type': code,
        'exception.message': text,
        'messaging.kafka.offset': offset,
      });
    if (unfinished !== null) {
      this.#span.addEvent('unfinished', { 'antares_client.why': unfinished.why });
      return;
    }
    this.#span.setAttributes({
      'antares_client.saved_alerts': this.#savedAlerts,
      'antares_client.filtered_alerts': this.#filteredAlerts,
      'antares_client.failed_messages': this.#failedMessages,
    });
    this.#endStep('work', 'publish', {
      'antares_client.process_ms': this.#processMs,
      'antares_client.write_ms': this.#writeMs,
      'antares_client.sync_ms': this.#syncMs,
    });
  }

  /** It is durable. */
  published(): void {
    this.#endStep('publish', 'commit');
  }

  /** The broker has confirmed its offsets. @returns whether that was the last step that was missing. */
  committed(): boolean {
    if (this.#step !== 'commit') return false;
    this.#endStep('commit', 'commit');
    this.#span.end();
    return true;
  }

  /** Nothing comes of it here: its partition was taken away, or it is read once more. */
  giveUp(): void {
    this.#span.addEvent('given up', { 'antares_client.step': this.#step });
    this.#span.end();
  }

  #endStep(step: Step, next: Step, attributes: Attributes = {}): void {
    if (this.#step !== step) return;
    const nowMs = Date.now();
    this.#tracer.startSpan(step, { startTime: this.#stepMs, attributes }, this.#within).end(nowMs);
    this.#step = next;
    this.#stepMs = nowMs;
  }
}

/** Links to the spans that sent its messages, each once. */
function producersOf(view: BatchView): Link[] {
  const links = new Map<string, Link>();
  view.batch.headers?.forEach((headers, index) => {
    const context = headers.length === 0 ? undefined : trace.getSpanContext(producerContext(headers));
    if (context === undefined) return;
    const key = `${context.traceId}/${context.spanId}`;
    if (!links.has(key))
      links.set(key, { context, attributes: { 'messaging.kafka.offset': view.offset(index) } });
  });
  return [...links.values()];
}
