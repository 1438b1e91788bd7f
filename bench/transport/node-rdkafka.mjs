// node node-rdkafka.mjs SERVERS TOPIC GROUP COUNT: the ceiling of the library that the client stands on.
import rdkafka from 'node-rdkafka';

const [servers, topic, group, count] = process.argv.slice(2);
const BATCH = 500;
const consumer = new rdkafka.KafkaConsumer(
  {
    'bootstrap.servers': servers,
    'group.id': group,
    'enable.auto.commit': false,
    'fetch.queue.backoff.ms': 20,
  },
  { 'auto.offset.reset': 'earliest' },
);
consumer.setDefaultConsumeTimeout(50);
let left = Number(count);
consumer.connect({}, (error) => {
  if (error) throw error;
  consumer.subscribe([topic]);
  read();
});

function read() {
  consumer.consume(BATCH, (error, messages) => {
    if (error) throw error;
    left -= messages.length;
    if (left > 0) {
      read();
      return;
    }
    consumer.commitSync();
    consumer.disconnect(() => process.exit());
  });
}
