import { classify } from '../broker/classify.ts';
import { connect } from '../broker/connect.ts';
import {
  type AlertConsumer,
  type BrokerError,
  type ConsumedMessage,
  logicalOffset,
  type TopicCatalogue,
  type TopicPartition,
} from '../broker/consumer.ts';
import { groupOffsets } from '../broker/group-offsets.ts';
import { consumeUngrouped } from '../broker/read-some.ts';
import { matchTopics, partitionsOf, similarNames } from '../broker/topics.ts';
import type { Config } from '../config.ts';
import { ClientError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { dateOf } from '../timestamp.ts';
import { type Finding, fault, faultOf, ok, skipped, warning } from './finding.ts';

const LOGIN_TIMEOUT_MS = 12_000;
const READ_TIMEOUT_MS = 10_000;
/** One read; between two of them librdkafka's complaints come in. */
const POLL_MS = 200;

/** What was found beyond the connection. */
export interface ClusterFindings {
  readonly findings: readonly Finding[];
  /** One of each topic: the newest that could be read. */
  readonly newest: readonly ConsumedMessage[];
}

/** Logs in, looks for the topics, reads a message of each, and asks for the group's offsets. The group is not joined, nothing is committed. */
export async function examineCluster(config: Config, stop: AbortSignal): Promise<ClusterFindings> {
  const { broker } = config;
  const impatient = { ...config, stop: { ...config.stop, connectTimeoutMs: LOGIN_TIMEOUT_MS } };
  const step = broker.securityProtocol.startsWith('sasl') ? 'Login' : 'Kafka';
  let connected;
  try {
    connected = await connect(impatient, silentLog, stop);
  } catch (error) {
    return { findings: [faultOf(step, error)], newest: [] };
  }
  if (connected === null) return { findings: [skipped(step, 'stopped')], newest: [] };
  const { consumer, catalogue } = connected;
  const login = ok(
    step,
    broker.securityProtocol.startsWith('sasl')
      ? `${broker.saslMechanism} is accepted`
      : 'the broker answers; it asks for no login',
  );
  try {
    const wanted = config.topics.kafkaNames;
    const partitions = partitionsOf(matchTopics(wanted, catalogue).found, catalogue);
    // First, because librdkafka does not ask again for a while once the group was refused while reading.
    const group = await examineGroup(consumer, broker.group, partitions);
    const topics = await examineTopics(consumer, catalogue, wanted);
    return { findings: [login, ...topics.findings, group], newest: topics.newest };
  } finally {
    await consumer.disconnect();
  }
}

async function examineTopics(
  consumer: AlertConsumer,
  catalogue: TopicCatalogue,
  wanted: readonly string[],
): Promise<ClusterFindings> {
  if (wanted.length === 0) {
    const names = [...catalogue.keys()].filter((name) => !name.startsWith('__'));
    const text = `none was given; this user sees ${names.length}: ${names.sort().slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
    return { findings: [skipped('Topic', text)], newest: [] };
  }
  const { found, missing } = matchTopics(wanted, catalogue);
  const findings = missing.map((topic) => {
    const similar = similarNames(topic, catalogue.keys());
    const cure =
      similar.length > 0
        ? `similar: ${similar.join(', ')}`
        : 'without a topic, doctor lists what this user sees';
    return fault('Topic', `${topic} does not exist, or this user may not see it`, cure);
  });
  if (found.length === 0 && missing.length === 0)
    findings.push(warning('Topic', `nothing matches ${wanted.join(', ')} yet`, null));
  const newest: ConsumedMessage[] = [];
  for (const topic of found) {
    const { finding, message } = await readOne(consumer, topic, partitionsOf([topic], catalogue));
    findings.push(finding);
    if (message !== null) newest.push(message);
  }
  return { findings, newest };
}

/** Reads the newest message of a topic: to see its name in a list is not yet the right to read it. */
async function readOne(
  consumer: AlertConsumer,
  topic: string,
  partitions: readonly TopicPartition[],
): Promise<{ finding: Finding; message: ConsumedMessage | null }> {
  const count = partitions.length === 1 ? '1 partition' : `${partitions.length} partitions`;
  try {
    for (const at of partitions) {
      const { low, high } = await consumer.watermarks(at);
      if (high <= low) continue;
      const message = await readAt(consumer, at, high - 1);
      if (message === null) continue;
      const date = dateOf(message.timestampMs);
      const madeAt = date === null ? '' : `, the newest one read is of ${date.toISOString()}`;
      return {
        finding: ok('Topic', `${topic} may be read (${count}${madeAt})`),
        message,
      };
    }
    return {
      finding: ok('Topic', `${topic} exists (${count}); there is no message to try with`),
      message: null,
    };
  } catch (error) {
    return { finding: fault('Topic', `${topic}: ${sentenceOf(error)}`, null), message: null };
  }
}

/** The message at an offset; null: there is none, as where a transaction's marker stands. @throws BrokerError */
async function readAt(
  consumer: AlertConsumer,
  at: TopicPartition,
  offset: number,
): Promise<ConsumedMessage | null> {
  const trouble: BrokerError[] = [];
  const reached = { end: false };
  consumer.onTrouble = (message, code) => {
    // librdkafka tries such a message again for ever.
    if (/Topic authorization|Invalid response size/i.test(message)) trouble.push({ message, code });
  };
  consumer.onPartitionEnd = () => {
    reached.end = true;
  };
  const deadlineMs = performance.now() + READ_TIMEOUT_MS;
  consumer.assign([{ ...at, offset }]);
  try {
    while (performance.now() < deadlineMs) {
      const [message] = await consumeUngrouped(consumer, 1, POLL_MS);
      const [first] = trouble;
      if (first !== undefined) throw Object.assign(new Error(first.message), { code: first.code });
      if (message !== undefined) return message;
      if (reached.end) return null;
    }
    return null;
  } finally {
    consumer.unassign([at]);
  }
}

async function examineGroup(
  consumer: AlertConsumer,
  group: string,
  partitions: readonly TopicPartition[],
): Promise<Finding> {
  // Without a topic any will do: what is asked is whether the group may be used.
  const asked = partitions.length > 0 ? partitions : [{ topic: 'antares-client-doctor', partition: 0 }];
  try {
    const committed = await groupOffsets(consumer, asked);
    const places = committed.filter(({ offset }) => offset !== logicalOffset.NONE && offset >= 0);
    if (partitions.length === 0) return ok('Group', `${group} may be used`);
    if (places.length === 0)
      return ok('Group', `${group} may be used; it has not committed anything yet, so --start-at decides`);
    let lag = 0;
    for (const { topic, partition, offset } of places) {
      const { low, high } = await consumer.watermarks({ topic, partition });
      lag += Math.max(0, high - Math.max(low, offset));
    }
    return ok(
      'Group',
      `${group} may be used; it has commits in ${places.length} of ${partitions.length} partitions and is ${lag} messages behind`,
    );
  } catch (error) {
    const sentence = error instanceof ClientError ? error.message : sentenceOf(error);
    return fault('Group', `${group}: ${sentence}`, null);
  }
}

/** What an error of the broker means. */
function sentenceOf(error: unknown): string {
  return classify(error as BrokerError, 'connecting').sentence;
}
