import { ClientError } from '../errors.ts';
import { AdminClient } from './kafka.ts';
import type { Properties } from './properties.ts';

const TIMEOUT_MS = 15_000;
const ERR_TOPIC_ALREADY_EXISTS = 36;
const BROKERS_DEFAULT = -1;

/** Makes topics that are not there yet. @throws ClientError SEND */
export async function createTopics(
  properties: Properties,
  topics: readonly string[],
  partitions: number,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const admin = AdminClient.create(properties);
  try {
    for (const topic of topics) await createTopic(admin, topic, partitions, config);
  } finally {
    admin.disconnect();
  }
}

function createTopic(
  admin: ReturnType<typeof AdminClient.create>,
  topic: string,
  partitions: number,
  config: Readonly<Record<string, string>>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const wanted = { topic, num_partitions: partitions, replication_factor: BROKERS_DEFAULT, config };
    admin.createTopic(wanted, TIMEOUT_MS, (error) => {
      const failure = error as { code: number; message: string } | undefined;
      if (failure === undefined || failure.code === ERR_TOPIC_ALREADY_EXISTS) resolve();
      else reject(new ClientError('SEND', `The topic ${topic} cannot be made: ${failure.message}.`));
    });
  });
}
