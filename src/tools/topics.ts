import type { AlertConsumer, ConsumedMessage, PartitionOffset } from '../broker/consumer.ts';
import { readSome } from '../broker/read-some.ts';
import { partitionsOf } from '../broker/topics.ts';
import { ClientError, messageOf } from '../errors.ts';
import { Interrupted } from '../signals.ts';
import { bytesText } from '../status/units.ts';
import { dateOf } from '../timestamp.ts';
import { print, table } from './print.ts';
import { openSession, shownTopic, type ToolInput, withBroker } from './session.ts';

/** The last offsets may be transaction markers, which are no messages. */
const LOOK_BACK = 5;

interface TopicRow {
  readonly topic: string;
  readonly partitions: number;
  /** Offsets between the ends, so also what a transaction or compaction left out. */
  messages: number;
  firstMs: number;
  lastMs: number;
  sampled: number;
  sampledBytes: number;
}

/** `antares-client topics`. @throws ClientError, Interrupted */
export async function topics(input: ToolInput): Promise<void> {
  const matches = patternOf(input.given['pattern'] as string | undefined);
  const session = openSession(input);
  const { config, stop } = session;
  await withBroker(session, async ({ consumer, catalogue }) => {
    const names = [...catalogue.keys()]
      .filter((name) => !name.startsWith('__') && matches(shownTopic(name, config)))
      .sort();
    const rows = new Map(names.map((topic) => [topic, emptyRow(topic, catalogue.get(topic) ?? 0)]));
    const ends = await Promise.all(
      partitionsOf(names, catalogue).map(async (at) => ({ ...at, ...(await consumer.watermarks(at)) })),
    );
    for (const { topic, low, high } of ends) (rows.get(topic) as TopicRow).messages += high - low;
    await sample(consumer, ends, stop, (message) => {
      note(rows.get(message.topic) as TopicRow, message);
    });
    if (stop.aborted) throw new Interrupted(stop, 'not every topic was looked at');
    const shown = [...rows.values()].map((row) => ({ ...row, topic: shownTopic(row.topic, config) }));
    await print(input.given['json'] === true ? asJson(shown) : asTable(shown));
  });
}

function patternOf(given: string | undefined): (name: string) => boolean {
  if (given === undefined) return () => true;
  try {
    const pattern = new RegExp(given);
    return (name) => pattern.test(name);
  } catch (error) {
    throw new ClientError('USAGE', `The pattern ${given} is no regular expression: ${messageOf(error)}.`);
  }
}

function emptyRow(topic: string, partitions: number): TopicRow {
  return {
    topic,
    partitions,
    messages: 0,
    firstMs: Infinity,
    lastMs: -Infinity,
    sampled: 0,
    sampledBytes: 0,
  };
}

/** The first and the last message of each partition. */
async function sample(
  consumer: AlertConsumer,
  ends: readonly (Omit<PartitionOffset, 'offset'> & { low: number; high: number })[],
  stop: AbortSignal,
  take: (message: ConsumedMessage) => void,
): Promise<void> {
  const full = ends.filter(({ low, high }) => high > low);
  if (full.length === 0) return;
  const at = (
    { topic, partition }: PartitionOffset | (typeof full)[number],
    offset: number,
  ): PartitionOffset => ({
    topic,
    partition,
    offset,
  });
  await readSome(
    consumer,
    full.map((each) => at(each, each.low)),
    stop,
    (message) => {
      take(message);
      return 'enough';
    },
  );
  const highs = new Map(full.map(({ topic, partition, high }) => [`${topic}/${partition}`, high]));
  const last = new Map<string, ConsumedMessage>();
  await readSome(
    consumer,
    full.map((each) => at(each, Math.max(each.low, each.high - LOOK_BACK))),
    stop,
    (message) => {
      const key = `${message.topic}/${message.partition}`;
      last.set(key, message);
      return message.offset >= (highs.get(key) ?? 0) - 1 ? 'enough' : 'more';
    },
  );
  for (const message of last.values()) take(message);
}

function note(row: TopicRow, { timestampMs, value }: ConsumedMessage): void {
  if (dateOf(timestampMs) !== null) {
    row.firstMs = Math.min(row.firstMs, timestampMs);
    row.lastMs = Math.max(row.lastMs, timestampMs);
  }
  row.sampled += 1;
  row.sampledBytes += value?.length ?? 0;
}

/** No broker is asked for the size on its disk: librdkafka cannot. */
function estimatedBytes({ messages, sampled, sampledBytes }: TopicRow): number | null {
  return sampled === 0 ? null : Math.round((messages * sampledBytes) / sampled);
}

function asJson(rows: readonly TopicRow[]): string {
  const iso = (ms: number): string | null => (Number.isFinite(ms) ? new Date(ms).toISOString() : null);
  return rows
    .map((row) => {
      const { topic, partitions, messages, firstMs, lastMs } = row;
      const times = { first: iso(firstMs), last: iso(lastMs) };
      return `${JSON.stringify({ topic, partitions, messages, ...times, estimatedBytes: estimatedBytes(row) })}\n`;
    })
    .join('');
}

function asTable(rows: readonly TopicRow[]): string {
  const time = (ms: number, characters: number): string =>
    Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, characters).replace('T', ' ') : '-';
  const cells = rows.map((row) => {
    const bytes = estimatedBytes(row);
    return [
      String(row.partitions),
      String(row.messages),
      bytes === null ? '-' : `~${bytesText(bytes)}`,
      time(row.firstMs, 10),
      time(row.lastMs, 16),
      row.topic,
    ];
  });
  return table(
    [['PARTS', 'MESSAGES', 'SIZE', 'FIRST', 'LAST (UTC)', 'TOPIC'], ...cells],
    [true, true, true, false, false, false],
  );
}
