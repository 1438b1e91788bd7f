// A real Apache Kafka of three nodes, for tests of what happens when a leader goes: each node broker and controller, each message on all
// three, and taken when two have it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatStorage, freePorts, launch, newClusterId, restartable } from './node.mjs';

const NODES = [1, 2, 3];

/**
 * Starts three nodes.
 *
 * @returns `bootstrap`, the nodes by their id, each with `pid` and `restart()` for one that was killed, and `stop()`.
 */
export async function startCluster() {
  const dir = mkdtempSync(join(tmpdir(), 'antares-kafka-cluster-'));
  const ports = await freePorts(2 * NODES.length);
  const [controllers, brokers] = [ports.slice(0, NODES.length), ports.slice(NODES.length)];
  const clusterId = newClusterId();
  const started = NODES.map(async (id, index) => {
    const folder = join(dir, String(id));
    mkdirSync(folder);
    const properties = join(folder, 'server.properties');
    writeFileSync(properties, nodeProperties(id, folder, controllers, brokers[index]));
    await formatStorage(properties, clusterId);
    const node = await launch(folder, properties);
    if (node === null) throw new Error('Another process has taken a port of the cluster.');
    return [id, restartable(node, () => launch(folder, properties))];
  });
  const stop = async () => {
    const settled = await Promise.allSettled(started);
    await Promise.all(settled.map(({ value }) => value?.[1].stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    const nodes = new Map(await Promise.all(started));
    return { bootstrap: brokers.map((port) => `localhost:${port}`).join(','), nodes, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function nodeProperties(id, folder, controllers, port) {
  const voters = NODES.map((each, index) => `${each}@localhost:${controllers[index]}`).join(',');
  return [
    'process.roles=broker,controller',
    `node.id=${id}`,
    `controller.quorum.voters=${voters}`,
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    `listeners=PLAINTEXT://localhost:${port},CONTROLLER://localhost:${controllers[id - 1]}`,
    `advertised.listeners=PLAINTEXT://localhost:${port}`,
    `log.dirs=${join(folder, 'data')}`,
    'default.replication.factor=3',
    'min.insync.replicas=2',
    'offsets.topic.replication.factor=3',
    'offsets.topic.num.partitions=5',
    'transaction.state.log.replication.factor=3',
    'transaction.state.log.min.isr=2',
    // A dead node is missed soon.
    'broker.session.timeout.ms=3000',
    'broker.heartbeat.interval.ms=500',
    'replica.lag.time.max.ms=3000',
    'group.initial.rebalance.delay.ms=0',
    'group.min.session.timeout.ms=1000',
    'auto.create.topics.enable=false',
    'log.retention.ms=-1',
    '',
  ].join('\n');
}
