// Where it all happens: a broker, topics, a folder; and what the bench asks the broker for from outside.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { createTopics } from '../build/src/broker/admin.js';
import { AlertProducer } from '../build/src/broker/producer.js';
import { writeLsstSchema } from '../build/src/simulate/schema-files.js';
import { startKafka } from '../scripts/kafka/broker.mjs';

export const PARTITIONS = 4;

/**
 * @param bootstrapServers of a broker that runs already; undefined: one is started here.
 */
export async function openLab({ bootstrapServers }) {
  const folder = mkdtempSync(join(tmpdir(), 'antares-bench-'));
  const kafka = bootstrapServers === undefined ? await startKafka() : null;
  const servers = bootstrapServers ?? kafka.bootstrap.plaintext;
  const admin = new kafkajs.Kafka({
    brokers: servers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  const schemaDir = join(folder, 'schemas');
  await writeLsstSchema(schemaDir);
  let runs = 0;
  return {
    servers,
    /** Of simulated alerts. */
    schemaDir,
    folder,
    brokerPid: kafka?.pid ?? null,
    /** A new name, for a group and its folder. */
    fresh: () => `bench-${process.pid}-${++runs}`,
    fill: (topic, options) => fill(servers, topic, options),
    producer: (properties = {}) => AlertProducer.connect({ 'bootstrap.servers': servers, ...properties }),
    createTopic: (topic, partitions, config) =>
      createTopics({ 'bootstrap.servers': servers }, [topic], partitions, config),
    removeTopic: (topic) => admin.deleteTopics({ topics: [topic] }),
    /** How many messages of a topic the group has committed. */
    committed: async (groupId, topic) => {
      const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
    },
    /** Bytes that the broker has given out; of a broker elsewhere: that came in over all networks. */
    bytesServed: () => (kafka === null ? bytesReceived() : bytesWritten(kafka.pid)),
    close: async () => {
      await admin.disconnect();
      await kafka?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Messages 0 to count − 1, in turn over the partitions. */
async function fill(servers, topic, { alerts, count, config = {} }) {
  await createTopics({ 'bootstrap.servers': servers }, [topic], PARTITIONS, config);
  const producer = await AlertProducer.connect({ 'bootstrap.servers': servers });
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const value = alerts.message(i);
    bytes += value.length;
    await producer.send({ topic, partition: i % PARTITIONS, value });
  }
  await producer.flush();
  await producer.close();
  return bytes;
}

function bytesWritten(pid) {
  return Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1]);
}

function bytesReceived() {
  const lines = readFileSync('/proc/net/dev', 'utf8').split('\n').slice(2).filter(Boolean);
  return lines.reduce((sum, line) => sum + Number(line.split(':')[1].trim().split(/\s+/)[0]), 0);
}
