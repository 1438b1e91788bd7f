import { trace, type TracerProvider } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';

/** An exporter that does not reach its collector must not hold up the end for longer. */
const FLUSH_MS = 3_000;

/** What is no part of the API: it hands out a stand-in for the SDK's provider, and every SDK's can send what it holds. */
interface Provider extends TracerProvider {
  getDelegate?(): Provider;
  forceFlush?(): Promise<void>;
}

/** Has the SDK of this thread send what it holds: the thread's end does not wait for that. */
export async function flushSpans(): Promise<void> {
  const provider: Provider = trace.getTracerProvider();
  const flushed = (provider.getDelegate?.() ?? provider).forceFlush?.().catch(() => undefined);
  await Promise.race([flushed, sleep(FLUSH_MS, undefined, { ref: false })]);
}
