// When each alert was durable, seen from outside, and how long after the broker had appended it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import hdr from 'hdr-histogram-js';
import kafkajs from 'kafkajs';

/**
 * Reads the whole topic once, for the times at which the broker appended its messages.
 *
 * @returns for each partition the times by offset, in milliseconds since 1970.
 */
export async function appendTimes(servers, topic, count) {
  const kafka = new kafkajs.Kafka({ brokers: servers.split(','), logLevel: kafkajs.logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `bench-times-${process.pid}-${topic}` });
  const times = new Map();
  let left = count;
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
    void consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        if (!times.has(batch.partition)) times.set(batch.partition, []);
        const list = times.get(batch.partition);
        for (const { offset, timestamp } of batch.messages) list[Number(offset)] = Number(timestamp);
        left -= batch.messages.length;
        if (left <= 0) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return times;
}

/** Milliseconds, in a histogram with three digits. */
export function newHistogram() {
  return hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 600_000,
    numberOfSignificantValueDigits: 3,
  });
}

export function percentiles(histogram) {
  return {
    count: histogram.totalCount,
    p50: histogram.getValueAtPercentile(50),
    p99: histogram.getValueAtPercentile(99),
    max: histogram.maxValue,
  };
}

/**
 * One file an alert, named `<partition>-<offset>.json`: durable with the end of the first sync that began after its rename, which set
 * its ctime. Without such syncs each file was synced before it was renamed.
 *
 * @returns milliseconds since 1970 by partition and offset.
 */
export function durableFiles(folder, syncsFile) {
  const syncs = readFileSync(syncsFile, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' ').map(Number));
  return (partition, offset) => {
    const { ctimeMs } = statSync(join(folder, `${partition}-${offset}.json`));
    if (syncs.length === 0) return ctimeMs;
    return firstFrom(syncs, ctimeMs)?.[1] ?? Infinity;
  };
}

/** The first sync that began at this time or later; they are in order. */
function firstFrom(syncs, ms) {
  let [low, high] = [0, syncs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (syncs[middle][0] < ms) low = middle + 1;
    else high = middle;
  }
  return syncs[low];
}

/** Segments: synced before they get their name, which sets their ctime. */
export function durableSegments(folder) {
  const published = readdirSync(folder).map((partition) => {
    const dir = join(folder, partition);
    const records = readdirSync(dir).filter((name) => name.endsWith('.record'));
    return records
      .map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')))
      .map(({ segment, first, last }) => ({ first, last, ctimeMs: statSync(join(dir, segment)).ctimeMs }))
      .sort((a, b) => a.first - b.first);
  });
  return (partition, offset) => published[partition].find(({ last }) => last >= offset).ctimeMs;
}
