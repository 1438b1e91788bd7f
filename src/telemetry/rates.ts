import type { Sample, TopicSample } from './history.ts';

/** A rate is taken over so many seconds: long enough to stand still, short enough to tell the truth. */
const OVER_SAMPLES = 5;

/** What a topic, or all together, does in a second. */
export interface Rates {
  readonly alerts: number;
  /** Finished: saved or not. */
  readonly messages: number;
  /** Read. */
  readonly bytes: number;
}

/** The rates of the last seconds; of one topic, or of all. */
export function ratesOf(samples: readonly Sample[], topic?: string): Rates {
  let [seconds, alerts, messages, bytes] = [0, 0, 0, 0];
  for (const sample of samples.slice(-OVER_SAMPLES)) {
    seconds += sample.tookMs / 1000;
    for (const [name, counts] of sample.topics) {
      if (topic !== undefined && name !== topic) continue;
      alerts += counts.savedAlerts;
      messages += counts.finishedMessages;
      bytes += counts.readBytes;
    }
  }
  if (seconds === 0) return { alerts: 0, messages: 0, bytes: 0 };
  return { alerts: alerts / seconds, messages: messages / seconds, bytes: bytes / seconds };
}

/** How many messages of a topic were finished a second, one number a sample, the latest last. */
export function courseOf(samples: readonly Sample[], topic: string, count: number): number[] {
  const nothing: Pick<TopicSample, 'finishedMessages'> = { finishedMessages: 0 };
  return samples
    .slice(-count)
    .map(({ topics, tookMs }) => ((topics.get(topic) ?? nothing).finishedMessages / tookMs) * 1000);
}
