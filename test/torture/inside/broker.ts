/* eslint-disable @typescript-eslint/unbound-method -- each is called with its own `this` again */
import { createRequire } from 'node:module';
import type { AlertConsumer } from '../../../src/broker/consumer.ts';
import type { FileEvent } from '../check/durable.ts';
import { type Plan, reach } from './plan.ts';

const require = createRequire(import.meta.url);

interface NativeConsumer {
  offsetsStore(offsets: { topic: string; partition: number; offset: number }[]): unknown;
  commit(offsets?: readonly unknown[]): unknown;
}

/** Before node-rdkafka is imported by the client: bugs in how it is used. */
export function changeNativeConsumer({ bug }: Plan): void {
  if (bug !== 'auto-commit' && bug !== 'no-epoch-check') return;
  const rdkafka = require('node-rdkafka') as { KafkaConsumer: new (...args: never[]) => NativeConsumer };
  const Native = rdkafka.KafkaConsumer;
  if (bug === 'auto-commit') {
    rdkafka.KafkaConsumer = function (config: object, ...rest: never[]): NativeConsumer {
      const automatic = {
        'enable.auto.commit': true,
        'enable.auto.offset.store': true,
        'auto.commit.interval.ms': 100,
      };
      return new Native({ ...config, ...automatic } as never, ...rest);
    } as never;
    return;
  }
  // Commits whatever was once finished, also of partitions that were given away since.
  const everStored = new Map<string, { topic: string; partition: number; offset: number }>();
  const { commit } = Native.prototype as NativeConsumer;
  Object.assign(Native.prototype, {
    offsetsStore(offsets: { topic: string; partition: number; offset: number }[]) {
      for (const at of offsets) everStored.set(`${at.topic}/${at.partition}`, at);
    },
    commit(this: NativeConsumer) {
      return commit.call(this, [...everStored.values()]);
    },
  });
}

/** Windows at commits and in revokes, and a note of what is committed. */
export function watchBroker(
  Consumer: typeof AlertConsumer,
  plan: Plan,
  note: (event: FileEvent) => void,
): void {
  const { storeOffsets, commit, subscribe } = Consumer.prototype;
  let anythingStored = false;
  Consumer.prototype.storeOffsets = function (offsets) {
    storeOffsets.call(this, offsets);
    anythingStored = true;
    for (const { topic, partition, offset } of offsets) note({ call: 'commit', topic, partition, offset });
  };
  Consumer.prototype.commit = function () {
    if (anythingStored) reach(plan, 'before-commit');
    anythingStored = false;
    commit.call(this);
  };
  Consumer.prototype.subscribe = function (topics) {
    const { onRebalance } = this;
    this.onRebalance = (rebalance) => {
      onRebalance(rebalance);
      if (rebalance.kind === 'revoke' && rebalance.partitions.length > 0) reach(plan, 'inside-revoke');
    };
    subscribe.call(this, topics);
  };
}
