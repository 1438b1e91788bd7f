import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Reader } from '../src/batch/read.ts';
import type { Assignment } from '../src/broker/assignment.ts';
import type { AlertConsumer, PartitionOffset } from '../src/broker/consumer.ts';
import { PartitionProgress } from '../src/commit/partition-progress.ts';
import type { Log } from '../src/log.ts';
import { SecondLook } from '../src/second-look.ts';

const BAD_MESSAGE = -199;
const ALL_BROKERS_DOWN = -187;

/** A partition that was read up to before offset 10, and where its reading was set to since. */
function looking() {
  const at = new PartitionProgress({ topic: 't', partition: 0, offset: 10, committed: 10, behind: 'commit' });
  const sought: number[] = [];
  const told: string[] = [];
  let onSought: () => void = () => undefined;
  const look = new SecondLook({
    log: { error: (text: string) => told.push(text), debug: () => undefined } as unknown as Log,
    consumer: {
      seek: ({ offset }: PartitionOffset) => {
        sought.push(offset);
        setImmediate(() => {
          onSought();
        });
        return Promise.resolve();
      },
    } as unknown as AlertConsumer,
    assignment: { active: () => [at], get: () => at } as unknown as Assignment,
    reader: { betweenReads: (action: () => Promise<void>) => action() } as unknown as Reader,
  });
  const seeks = (): Promise<void> =>
    new Promise((resolve) => {
      onSought = resolve;
    });
  return { at, look, sought, told, seeks };
}

test('a gap is believed when a second look, one message at a time, finds nothing in it either', async () => {
  const { at, look, sought, seeks } = looking();
  assert.ok(look.believes(at, 10), 'there is none');
  assert.ok(!look.underWay);
  assert.ok(!look.believes(at, 12));
  assert.equal(at.doubt, 'looking', 'what comes now is of the first look');
  await seeks();
  assert.deepEqual(sought, [10]);
  assert.ok(look.underWay);
  assert.ok(look.believes(at, 12));
  assert.ok(!look.underWay);
  assert.equal(at.doubt, null);
});

test('where the second look finds damage, the gap is not believed until what is in it comes whole', async () => {
  const { at, look, sought, told, seeks } = looking();
  assert.ok(!look.believes(at, 12));
  assert.ok(look.heard(BAD_MESSAGE), 'it may be of what is read ahead');
  await seeks();
  assert.deepEqual(told, []);
  assert.ok(!look.heard(ALL_BROKERS_DOWN));
  assert.ok(look.heard(BAD_MESSAGE));
  assert.match(told.join(), /t\/0 from offset 10 on are damaged/);
  assert.ok(!look.believes(at, 12));
  await seeks();
  assert.deepEqual(sought, [10, 10]);
  assert.ok(look.believes(at, 10));
});
