import { Producer } from '../broker/kafka.ts';

/** A broker in this process. */
export interface MockBroker {
  readonly bootstrapServers: string;
  close(): Promise<void>;
}

/**
 * Starts librdkafka's mock cluster: no Java, there in a moment, good for a demo and small tests. It keeps 5 MiB a partition and then
 * silently drops the oldest; topics appear when they are produced to, with four partitions.
 */
export async function startMockBroker(): Promise<MockBroker> {
  const host = new Producer({
    'test.mock.num.brokers': 1,
    'bootstrap.servers': 'replaced.by.the.mock:9092',
  } as never);
  const brokers = await new Promise<{ host: string; port: number }[]>((resolve, reject) => {
    host.connect({ timeout: 10_000 }, (error, metadata) => {
      if (error as unknown) reject(new Error(`The mock broker does not start: ${error.message}`));
      else resolve(metadata.brokers);
    });
  });
  return {
    bootstrapServers: brokers.map((broker) => `${broker.host}:${broker.port}`).join(','),
    close: () =>
      new Promise((resolve) => {
        host.disconnect(() => {
          resolve();
        });
      }),
  };
}
