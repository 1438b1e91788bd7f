import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../broker/admin.ts';
import type { TopicCatalogue } from '../broker/consumer.ts';
import { AlertProducer } from '../broker/producer.ts';
import { producerProperties } from '../broker/properties.ts';
import { ClientError, messageOf } from '../errors.ts';
import { Interrupted } from '../signals.ts';
import { bytesText } from '../status/units.ts';
import { dateOf } from '../timestamp.ts';
import type { Message } from '../worker/message.ts';
import { NO_OFFSET } from './avro-segment.ts';
import { type RecordedPartition, recordedPartitions } from './recorded.ts';
import { openSession, type ToolInput, withBroker } from './session.ts';

/** A timer takes no more. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/** `antares-client replay`. @throws ClientError, Interrupted */
export async function replay(input: ToolInput): Promise<void> {
  const { given } = input;
  const speed = speedOf(String(given['speed']));
  if (given['bootstrap-servers'] === undefined && given['host'] === undefined)
    throw new ClientError('USAGE', 'replay needs --bootstrap-servers HOST:PORT: where to send the messages.');
  const dir = resolve(String(given['dir']));
  const others: string[] = [];
  const partitions = recordedPartitions(dir, (file) => others.push(file));
  if (partitions.length === 0)
    throw new ClientError(
      'USAGE',
      `There are no raw or Avro segments in ${dir}; --output raw or avro makes them.`,
    );
  const session = openSession(input);
  const { config, log, stop } = session;
  if (others.length > 0)
    log.warn(
      `Segments that are neither raw nor Avro are left out: ${others.length}, such as ${others[0] ?? ''}.`,
    );
  await withBroker(session, ({ catalogue }) => {
    checkPartitions(partitions, catalogue, config.broker.bootstrapServers);
    return Promise.resolve();
  });
  const properties = producerProperties(config);
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  for (const topic of topics) await createTopics(properties, [topic], countOf(topic, partitions));
  const producer = await AlertProducer.connect(properties);
  const startMs = performance.now();
  let sent = 0;
  let bytes = 0;
  let altered = 0;
  let bare = 0;
  let firstMs: number | null = null;
  let isCutOff = false;
  try {
    for await (const message of inOrderOfTime(partitions)) {
      // Of one beyond all calendars the pace would wait for ever.
      if (dateOf(message.timestampMs) !== null) {
        firstMs ??= message.timestampMs;
        const dueMs = startMs + (message.timestampMs - firstMs) / speed;
        await waitUntil(dueMs, stop);
      }
      const told = stop.aborted ? null : await send(producer, message, stop);
      if (told === null) {
        isCutOff = true;
        break;
      }
      altered += told;
      sent += 1;
      if (message.offset === NO_OFFSET) bare += 1;
      bytes += message.value.length;
    }
    await producer.flush(stop);
    isCutOff ||= producer.arrived < sent;
  } finally {
    await producer.close();
  }
  if (altered > 0)
    log.warn(
      `${altered} headers hold bytes that are no UTF-8 text, or none; node-rdkafka sends headers as text only.`,
    );
  if (bare > 0)
    log.warn(
      `${bare} messages were made of the alerts of Avro segments, which keep neither keys, headers, timestamps nor the pace: each is an Avro container, sent as of now.`,
    );
  if (isCutOff)
    throw new Interrupted(stop, `${producer.arrived} of ${countedIn(partitions)} messages were sent`);
  const seconds = ((performance.now() - startMs) / 1_000).toFixed(1);
  log.info(
    `${sent} messages (${bytesText(bytes)}) in ${seconds} s to ${config.broker.bootstrapServers}: ${topics.join(', ')}.`,
  );
}

function speedOf(given: string): number {
  const speed = given === 'full' ? Number.POSITIVE_INFINITY : Number(given);
  if (speed > 0) return speed;
  throw new ClientError('USAGE', `--speed ${given} cannot be used: it must be a number above 0, or full.`);
}

/** As the records have it. */
function countedIn(partitions: readonly RecordedPartition[]): string {
  const counts = partitions.map(({ count }) => count ?? Number.NaN);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return Number.isNaN(total) ? 'an unknown number of' : String(total);
}

function countOf(topic: string, partitions: readonly RecordedPartition[]): number {
  return 1 + Math.max(...partitions.filter((each) => each.topic === topic).map(({ partition }) => partition));
}

/** What has no partition to go to would end it when others are sent already. @throws ClientError SEND */
function checkPartitions(
  partitions: readonly RecordedPartition[],
  catalogue: TopicCatalogue,
  servers: string,
): void {
  for (const topic of new Set(partitions.map((each) => each.topic))) {
    const [there, wanted] = [catalogue.get(topic), countOf(topic, partitions)];
    if (there === undefined || there === 0 || there >= wanted) continue;
    throw new ClientError(
      'SEND',
      `The topic ${topic} has ${there} ${there === 1 ? 'partition' : 'partitions'} at ${servers}, and its segments are of ${wanted}; nothing was sent. Give it more there, or send to another broker.`,
    );
  }
}

async function waitUntil(dueMs: number, stop: AbortSignal): Promise<void> {
  for (
    let waitMs = dueMs - performance.now();
    waitMs > 1 && !stop.aborted;
    waitMs = dueMs - performance.now()
  )
    await sleep(Math.min(waitMs, MAX_WAIT_MS), undefined, { signal: stop }).catch(() => undefined);
}

/** @returns how many headers could not be sent as they are; null: it was stopped before the message was sent. */
async function send(producer: AlertProducer, message: Message, stop: AbortSignal): Promise<number | null> {
  const { topic, partition, key, value, tombstone, timestampMs } = message;
  const headers = message.headers.map((header) => {
    const text = Buffer.from(header.value ?? []).toString();
    const isExact = header.value !== null && Buffer.from(text).equals(header.value);
    return { key: header.key, value: text, isExact };
  });
  const toSend = {
    topic,
    partition,
    value: tombstone === true ? null : Buffer.from(value),
    ...(key === null ? {} : { key: Buffer.from(key) }),
    ...(timestampMs < 0 ? {} : { timestampMs }),
    headers,
  };
  if (!(await producer.send(toSend, stop))) return null;
  return headers.filter(({ isExact }) => !isExact).length;
}

/** The oldest of all partitions' next messages; each partition keeps its own order. */
async function* inOrderOfTime(partitions: readonly RecordedPartition[]): AsyncGenerator<Message> {
  const open: { next: Message; rest: AsyncGenerator<Message> }[] = [];
  for (const each of partitions) {
    const rest = each.messages();
    const first = await nextOf(rest);
    if (first !== null) open.push({ next: first, rest });
  }
  while (open.length > 0) {
    const oldest = open.reduce((a, b) => (b.next.timestampMs < a.next.timestampMs ? b : a));
    yield oldest.next;
    const next = await nextOf(oldest.rest);
    if (next === null) open.splice(open.indexOf(oldest), 1);
    else oldest.next = next;
  }
}

async function nextOf(messages: AsyncGenerator<Message>): Promise<Message | null> {
  try {
    const result = await messages.next();
    return result.done === true ? null : result.value;
  } catch (error) {
    throw new ClientError('BAD_MESSAGE', `A segment cannot be replayed: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
