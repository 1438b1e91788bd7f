import { AlertStream, type AlertStreamOptions } from '../../src/index.ts';
import { testKafka, unique } from './kafka.ts';

/** A stream of a topic of the tests' broker, in a group of its own, to the topic's end. */
export function openStream(topic: string, more: Partial<AlertStreamOptions> = {}): AlertStream {
  return new AlertStream({
    topics: [topic],
    group: unique('group'),
    bootstrapServers: testKafka().bootstrap.plaintext,
    untilEnd: true,
    ...more,
  });
}
