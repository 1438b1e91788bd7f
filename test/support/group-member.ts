/**
 * A bare member of a group with `group.protocol=consumer`, to see what node-rdkafka's callbacks bring there: nothing of the client is in it.
 *
 *     node group-member.js SERVERS GROUP TOPIC [PROPERTY=VALUE …]
 *
 * It tells what happens as lines of JSON, and takes lines of JSON: an {@link Order} each.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaConsumer } from '../../src/broker/kafka.ts';

/** What a member is told to do: commit an offset of a partition by way of what is stored or directly, or stop polling for a while. */
export type Order =
  | { readonly commit: 'stored' | 'direct'; readonly partition: number; readonly offset: number }
  | { readonly napMs: number };

/** What a member tells. */
export type Told =
  | {
      readonly what: 'assign' | 'revoke';
      readonly code: number;
      readonly partitions: number[];
      readonly protocol: string;
    }
  | { readonly what: 'committed' | 'refused'; readonly code: number; readonly offsets: number[] };

const ASSIGN = -175;
const REVOKE = -174;

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));

async function main([servers = '', group = '', topic = '', ...properties]: string[]): Promise<void> {
  const tell = (told: Told): void => {
    console.log(JSON.stringify(told));
  };
  const consumer: KafkaConsumer = new KafkaConsumer(
    {
      ...Object.fromEntries(properties.map((pair) => pair.split('='))),
      'bootstrap.servers': servers,
      'group.id': group,
      'group.protocol': 'consumer',
      'enable.auto.commit': false,
      'enable.auto.offset.store': false,
      rebalance_cb: (error: { code: number }, partitions: { topic: string; partition: number }[]) => {
        const numbers = partitions.map(({ partition }) => partition).sort((a, b) => a - b);
        const what = error.code === ASSIGN ? 'assign' : 'revoke';
        tell({
          what,
          code: error.code === REVOKE ? 0 : error.code,
          partitions: numbers,
          protocol: consumer.rebalanceProtocol(),
        });
        if (what === 'assign') consumer.incrementalAssign(partitions);
        else consumer.incrementalUnassign(partitions);
      },
      offset_commit_cb: (error: { code: number } | undefined, offsets: { offset?: number }[]) => {
        const code = (error as { code: number } | null)?.code ?? 0;
        tell({
          what: code === 0 ? 'committed' : 'refused',
          code,
          offsets: offsets.map(({ offset }) => offset ?? -1),
        });
      },
    } as object,
    {},
  );
  consumer.on('event.error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    consumer.connect({ timeout: 30_000 }, (error) => {
      if (error as unknown) reject(new Error(error.message));
      else resolve();
    });
  });
  consumer.subscribe([topic]);
  let napUntilMs = 0;
  createInterface({ input: process.stdin }).on('line', (line) => {
    const order = JSON.parse(line) as Order;
    if ('napMs' in order) {
      napUntilMs = performance.now() + order.napMs;
      return;
    }
    const at = { topic, partition: order.partition, offset: order.offset };
    try {
      if (order.commit === 'stored') {
        consumer.offsetsStore([at]);
        consumer.commit();
      } else consumer.commit(at);
    } catch (error) {
      tell({ what: 'refused', code: (error as { code: number }).code, offsets: [order.offset] });
    }
  });
  const leaving = new AbortController();
  process.once('SIGTERM', () => {
    leaving.abort();
  });
  consumer.setDefaultConsumeTimeout(20);
  while (!leaving.signal.aborted) {
    if (performance.now() < napUntilMs) await sleep(20);
    else
      await new Promise<void>((resolve) => {
        consumer.consume(10, () => {
          resolve();
        });
      });
  }
  consumer.disconnect(() => process.exit(0));
}
