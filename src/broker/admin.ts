import { ClientError } from '../errors.ts';
import { AdminClient } from './kafka.ts';
import type { Properties } from './properties.ts';

const TIMEOUT_MS = 15_000;
const ERR_TIMED_OUT = -185;
const ERR_TOPIC_ALREADY_EXISTS = 36;
const BROKERS_DEFAULT = -1;

interface Failure {
  readonly code: number;
  readonly message: string;
}

/** Makes topics that are not there yet. @throws ClientError SEND */
export async function createTopics(
  properties: Properties,
  topics: readonly string[],
  partitions: number,
  config: Readonly<Record<string, string>> = {},
): Promise<void> {
  const admin = AdminClient.create(properties);
  try {
    for (const topic of topics) {
      const failure = await createTopic(admin, topic, partitions, config);
      if (failure === null) continue;
      const why =
        failure.code === ERR_TIMED_OUT
          ? `${String(properties['bootstrap.servers'])} has not answered for ${TIMEOUT_MS / 1_000} s: is it up, and is its port right?`
          : `${failure.message}.`;
      throw new ClientError('SEND', `The topic ${topic} cannot be made: ${why}`);
    }
  } finally {
    admin.disconnect();
  }
}

/** @returns what went wrong; null: it is there. */
function createTopic(
  admin: ReturnType<typeof AdminClient.create>,
  topic: string,
  partitions: number,
  config: Readonly<Record<string, string>>,
): Promise<Failure | null> {
  return new Promise((resolve) => {
    const wanted = { topic, num_partitions: partitions, replication_factor: BROKERS_DEFAULT, config };
    admin.createTopic(wanted, TIMEOUT_MS, (error) => {
      const failure = error as Failure | undefined;
      resolve(failure === undefined || failure.code === ERR_TOPIC_ALREADY_EXISTS ? null : failure);
    });
  });
}
