import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTopics } from '../../src/broker/admin.ts';
import { KafkaConsumer } from '../../src/broker/kafka.ts';
import { newFolder, startClient } from '../support/client.ts';
import { numberedAlerts, slowly } from '../support/faults.ts';
import { groupOffsets, produce, skipKafka, unique, until } from '../support/kafka.ts';
import { numbersBelow, hookedKinds, outputOptions, savedAlerts } from '../support/saved.ts';
import { projectRoot } from '../support/samples.ts';

const PARTITIONS = 3;
/** Before the leader dies, while it is dead, and after it is back. */
const PARTS = [0, 900, 1_500, 1_800] as const;

/** Three nodes; each message is on all of them. */
interface Cluster {
  readonly bootstrap: string;
  readonly nodes: ReadonlyMap<number, { readonly pid: number; restart(): Promise<void> }>;
  stop(): Promise<void>;
}

let cluster: Cluster;
before(async () => {
  if (skipKafka !== false) return;
  const { startCluster } = (await import(join(projectRoot, 'scripts', 'kafka', 'cluster.mjs'))) as {
    startCluster: () => Promise<Cluster>;
  };
  cluster = await startCluster();
});
after(async () => {
  if (skipKafka === false) await cluster.stop();
});

interface PartitionState {
  readonly leader: number;
  readonly inSync: readonly number[];
}

/** What the cluster says of a partition. */
async function stateOf(topic: string, partition: number): Promise<PartitionState> {
  const client = new KafkaConsumer({ 'bootstrap.servers': cluster.bootstrap, 'group.id': 'looks-only' }, {});
  client.on('event.error', () => undefined);
  try {
    return await new Promise((resolve, reject) => {
      client.connect({ topic, timeout: 15_000 }, (error, metadata) => {
        if (error as unknown) reject(new Error(error.message));
        const found = metadata.topics
          .find(({ name }) => name === topic)
          ?.partitions.find(({ id }) => id === partition);
        resolve({ leader: found?.leader ?? -1, inSync: found?.isrs ?? [] });
      });
    });
  } finally {
    client.disconnect();
  }
}

for (const kind of hookedKinds) {
  test(`${kind}: the leader of a partition dies in mid-stream and comes back; nothing is lost and nothing is there twice`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const servers = cluster.bootstrap;
    const [topic, group] = [unique('night'), unique('group')];
    await createTopics({ 'bootstrap.servers': servers }, [topic], PARTITIONS);
    const send = (from: number, to: number): Promise<void> =>
      produce(topic, numberedAlerts(to, PARTITIONS).slice(from), undefined, servers);
    const allIsCommitted = (count: number): Promise<void> =>
      until(`the first ${count} are committed`, async () => {
        const { committed } = await groupOffsets(group, topic, PARTITIONS, servers).catch(() => ({
          committed: [],
        }));
        return committed.length > 0 && committed.every((offset) => offset === count / PARTITIONS);
      });
    await send(PARTS[0], PARTS[1]);
    const client = startClient(t, [
      ...[topic, '-d', dir, '-g', group, '--bootstrap-servers', servers],
      ...outputOptions(kind),
      ...slowly(t),
    ]);
    await until('some are saved', () => savedAlerts(dir, kind).length > 50);
    const { leader } = await stateOf(topic, 0);
    const node = cluster.nodes.get(leader);
    assert.ok(node !== undefined, `no node ${leader}`);
    process.kill(node.pid, 'SIGKILL');
    await until('another node leads', async () => {
      const now = await stateOf(topic, 0).catch(() => null);
      return now !== null && now.leader !== leader && now.leader > 0;
    });
    assert.ok(savedAlerts(dir, kind).length < PARTS[1], 'the leader died in mid-stream');
    await send(PARTS[1], PARTS[2]);
    await allIsCommitted(PARTS[2]);
    await node.restart();
    await until('it has caught up', async () => (await stateOf(topic, 0)).inSync.includes(leader));
    await send(PARTS[2], PARTS[3]);
    await allIsCommitted(PARTS[3]);
    client.process.kill('SIGTERM');
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(PARTS[3]));
    const verified = await startClient(t, ['verify', dir, '--against', servers]).ended;
    assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  });
}
