// node platformatic.mjs SERVERS TOPIC GROUP COUNT
import { Consumer, MessagesStreamModes } from '@platformatic/kafka';

const [servers, topic, group, count] = process.argv.slice(2);
const consumer = new Consumer({
  clientId: 'bench',
  groupId: group,
  bootstrapBrokers: servers.split(','),
  maxBytes: 4_000_000,
});
const stream = await consumer.consume({
  topics: [topic],
  mode: MessagesStreamModes.EARLIEST,
  autocommit: false,
  maxWaitTime: 50,
});
let left = Number(count);
const last = new Map();
for await (const { partition, offset } of stream) {
  last.set(partition, offset);
  left -= 1;
  if (left === 0) break;
}
const offsets = [...last].map(([partition, offset]) => ({
  topic,
  partition,
  offset: offset + 1n,
  leaderEpoch: -1,
}));
await consumer.commit({ offsets });
await consumer.close(true);
