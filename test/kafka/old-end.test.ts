import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTopics } from '../../src/broker/admin.ts';
import { newFolder, startClient } from '../support/client.ts';
import { numberedAlerts } from '../support/faults.ts';
import { groupOffsets, produce, skipKafka, unique } from '../support/kafka.ts';
import { hookedKinds, numbersBelow, outputOptions, savedAlerts } from '../support/saved.ts';
import { startVictim, type Victim } from '../torture/broker.ts';

const COUNT = 300;
/** A broker that has just started, and has not yet looked how much it has, tells such an end. */
const OLD_END = 120;
/** How often it does so. */
const TIMES = 2;
/** Kafka's code for a leader that has not heard yet what its client has. */
const UNKNOWN_LEADER_EPOCH = 75;

let victim: Victim;
before(async () => {
  if (skipKafka === false) victim = await startVictim();
});
after(async () => {
  if (skipKafka === false) await victim.stop();
});

/** An answer to a question for offsets: no timestamp, then the offset. Elsewhere an offset never stands behind eight such bytes. */
function offsetAnswer(offset: number): Buffer {
  const bytes = Buffer.alloc(16, 0xff);
  bytes.writeBigInt64BE(BigInt(offset), 8);
  return bytes;
}

for (const kind of hookedKinds) {
  test(`${kind}: an end before what is known of a topic is not believed at once`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const [topic, group] = [unique('night'), unique('group')];
    await createTopics({ 'bootstrap.servers': victim.direct }, [topic], 1);
    const args = [topic, '-d', dir, '-g', group, '--bootstrap-servers', victim.proxied, '--until-end'];
    await produce(topic, numberedAlerts(COUNT), undefined, victim.direct);
    const first = await startClient(t, [...args, ...outputOptions(kind)]).ended;
    assert.equal(first.code, 0, first.stderr);

    let told = 0;
    victim.proxy.alter = (bytes) => {
      const at = bytes.indexOf(offsetAnswer(COUNT));
      if (at === -1 || told === TIMES) return;
      told += 1;
      offsetAnswer(OLD_END).copy(bytes, at);
    };
    const second = startClient(t, [...args.slice(0, -1), ...outputOptions(kind)]);
    await second.says(/Assigned/);
    second.process.kill('SIGTERM');
    const { code, stderr } = await second.ended;
    victim.proxy.alter = null;
    assert.equal(told, TIMES, 'it was told an old end');
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /beyond its end|made again/);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT), 'nothing was read anew');
    assert.deepEqual((await groupOffsets(group, topic, 1, victim.direct)).committed, [COUNT]);
  });
}

/** An answer to a question for a time: no error, the message's time, its offset. */
function timeAnswer(error: number, timestampMs: bigint, offset: bigint): Buffer {
  const bytes = Buffer.alloc(18);
  bytes.writeInt16BE(error);
  bytes.writeBigInt64BE(timestampMs, 2);
  bytes.writeBigInt64BE(offset, 10);
  return bytes;
}

test('a leader that has just changed and cannot say yet where a time is, is asked again; nothing is passed over', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const [topic, group] = [unique('night'), unique('group')];
  await createTopics({ 'bootstrap.servers': victim.direct }, [topic], 1);
  const timestampMs = Date.now() - 60_000;
  const alerts = numberedAlerts(COUNT).map((alert) => ({ ...alert, timestampMs }));
  await produce(topic, alerts, undefined, victim.direct);

  let told = 0;
  victim.proxy.alter = (bytes) => {
    const at = bytes.indexOf(timeAnswer(0, BigInt(timestampMs), 0n));
    if (at === -1 || told > 0) return;
    told += 1;
    timeAnswer(UNKNOWN_LEADER_EPOCH, -1n, -1n).copy(bytes, at);
  };
  const where = ['-g', group, '--bootstrap-servers', victim.proxied];
  const client = startClient(t, [topic, '-d', dir, ...where, '--start-at', '2h-ago', '--until-end']);
  const { code, stderr } = await client.ended;
  victim.proxy.alter = null;
  assert.equal(told, 1, 'it was told that its leader is not known');
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(COUNT));
  assert.deepEqual((await groupOffsets(group, topic, 1, victim.direct)).committed, [COUNT]);
});
