// node kafkajs.mjs SERVERS TOPIC GROUP COUNT
import kafkajs from 'kafkajs';

const [servers, topic, group, count] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: group, maxBytesPerPartition: 4_000_000 });
let left = Number(count);
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachBatchAutoResolve: true,
  autoCommitInterval: 200,
  partitionsConsumedConcurrently: 4,
  eachBatch: ({ batch }) => {
    left -= batch.messages.length;
    // It commits what was read when it disconnects.
    if (left <= 0) setImmediate(() => void consumer.disconnect());
    return Promise.resolve();
  },
});
