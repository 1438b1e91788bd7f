// node node-rdkafka.mjs SERVERS TOPIC GROUP COUNT [DIR]: the ceiling of the library that the client stands on. With a folder, what can be had of it
// when values are appended to a file for each partition and nothing else is done: no frame, no checksum, no order, no name, no sync.
import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import rdkafka from 'node-rdkafka';

const [servers, topic, group, count, dir] = process.argv.slice(2);
const BATCH = 500;
const MAX_UNWRITTEN_BYTES = 64e6;
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
/** By partition: its file, and the last write. */
const files = new Map();
let unwrittenBytes = 0;
if (dir !== undefined) mkdirSync(dir, { recursive: true });
consumer.connect({}, (error) => {
  if (error) throw error;
  consumer.subscribe([topic]);
  read();
});

function read() {
  consumer.consume(BATCH, (error, messages) => {
    if (error) throw error;
    left -= messages.length;
    if (dir !== undefined) append(messages);
    goOn().catch((failure) => {
      throw failure;
    });
  });
}

async function goOn() {
  if (left > 0) {
    if (unwrittenBytes > MAX_UNWRITTEN_BYTES)
      await Promise.all([...files.values()].map(({ written }) => written));
    read();
    return;
  }
  for (const { written } of files.values()) await written;
  consumer.commitSync();
  consumer.disconnect(() => process.exit());
}

function append(messages) {
  for (const [partition, values] of valuesByPartition(messages)) {
    const file = fileOf(partition);
    const bytes = values.reduce((sum, { length }) => sum + length, 0);
    unwrittenBytes += bytes;
    file.written = file.written.then(async () => {
      const handle = await file.handle;
      await handle.writev(values);
      unwrittenBytes -= bytes;
    });
  }
}

function fileOf(partition) {
  let file = files.get(partition);
  if (file === undefined) {
    file = { handle: open(join(dir, `${partition}.values`), 'a'), written: Promise.resolve() };
    files.set(partition, file);
  }
  return file;
}

function valuesByPartition(messages) {
  const groups = new Map();
  for (const { partition, value } of messages) {
    const values = groups.get(partition);
    if (values === undefined) groups.set(partition, [value]);
    else values.push(value);
  }
  return groups;
}
