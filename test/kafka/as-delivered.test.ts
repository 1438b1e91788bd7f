import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createTopics } from '../../src/broker/admin.ts';
import { newFolder, startClient } from '../support/client.ts';
import { numberedAlerts } from '../support/faults.ts';
import { groupOffsets, produce, skipKafka, unique } from '../support/kafka.ts';
import { projectRoot } from '../support/samples.ts';
import { numbersBelow, outputKinds, outputOptions, savedAlerts } from '../support/saved.ts';

/** Kafka waits three seconds for a group's first members, and makes topics that somebody asks for. The broker of the other tests does neither. */
const COUNT = 200;

let kafka: { readonly bootstrap: { readonly plaintext: string }; stop(): Promise<void> };
before(async () => {
  if (skipKafka !== false) return;
  const script = join(projectRoot, 'scripts', 'kafka', 'broker.mjs');
  const { startKafka } = (await import(script)) as {
    startKafka: (options: { asDelivered: true }) => Promise<typeof kafka>;
  };
  kafka = await startKafka({ asDelivered: true });
});
after(async () => {
  if (skipKafka === false) await kafka.stop();
});

for (const kind of outputKinds)
  test(`${kind}: all is read, and read again from the beginning, where a group waits for its members`, {
    skip: skipKafka,
  }, async (t) => {
    const servers = kafka.bootstrap.plaintext;
    const [topic, group] = [unique('night'), unique('group')];
    await createTopics({ 'bootstrap.servers': servers }, [topic], 2);
    await produce(topic, numberedAlerts(COUNT), undefined, servers);
    const args = [topic, '-g', group, '--bootstrap-servers', servers, '--until-end', ...outputOptions(kind)];
    for (const more of [[], ['--start-at', `last-${COUNT}`], ['--replay']]) {
      const dir = newFolder(t);
      const { code, stderr } = await startClient(t, [...args, '-d', dir, ...more]).ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT), more.join(' '));
    }
    const { committed } = await groupOffsets(group, topic, 2, servers);
    assert.equal(
      committed.reduce((sum, offset) => sum + offset, 0),
      COUNT,
    );
  });

test('two that start at once share what is there, and both end when all is saved', {
  skip: skipKafka,
}, async (t) => {
  const servers = kafka.bootstrap.plaintext;
  const [topic, group, dir] = [unique('night'), unique('group'), newFolder(t)];
  await createTopics({ 'bootstrap.servers': servers }, [topic], 4);
  await produce(topic, numberedAlerts(COUNT), undefined, servers);
  const args = [topic, '-g', group, '-d', dir, '--bootstrap-servers', servers, '--until-end'];
  for (const { code, stderr } of await Promise.all([startClient(t, args).ended, startClient(t, args).ended]))
    assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(COUNT));
});

test('a topic with a slip in its name is not made by asking for it', { skip: skipKafka }, async (t) => {
  const servers = kafka.bootstrap.plaintext;
  const topic = unique('nihgt');
  const args = [
    topic,
    '-g',
    unique('group'),
    '-d',
    newFolder(t),
    '--bootstrap-servers',
    servers,
    '--until-end',
  ];
  for (const attempt of [1, 2]) {
    const { code, stderr } = await startClient(t, args).ended;
    assert.equal(code, 1, stderr);
    assert.match(stderr, new RegExp(`The topic ${topic} does not exist`), `attempt ${attempt}`);
  }
});
