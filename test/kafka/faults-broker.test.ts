import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createTopics } from '../../src/broker/admin.ts';
import { type Client, newFolder, startClient } from '../support/client.ts';
import { freePort, numberedAlerts, slowly } from '../support/faults.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { hookedKinds, numbersBelow, type OutputKind, outputOptions, savedAlerts } from '../support/saved.ts';
import { projectRoot } from '../support/samples.ts';

const FROZEN_MS = 30_000;
/** Enough for three clients to be in the midst of it at the same time. */
const COUNT = 2_000;
const MS_AN_ALERT = 5;

/** A broker of the test's own, which may be hurt. */
interface OwnKafka {
  readonly bootstrap: { readonly plaintext: string };
  readonly pid: number;
  /** Starts it again on the same ports and data, after it was killed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

async function ownKafka(t: TestContext, options: { port?: number } = {}): Promise<OwnKafka> {
  const script = join(projectRoot, 'scripts', 'kafka', 'broker.mjs');
  const { startKafka } = (await import(script)) as {
    startKafka: (options?: { port?: number }) => Promise<OwnKafka>;
  };
  const kafka = await startKafka(options);
  t.after(() => kafka.stop());
  return kafka;
}

/** Writes down the longest time that the event loop of a client stood still, in milliseconds. */
function watchLoop(t: TestContext): { env: NodeJS.ProcessEnv; longestMs: () => number } {
  const dir = newFolder(t);
  const file = join(dir, 'longest');
  const preload = join(dir, 'watch.mjs');
  writeFileSync(
    preload,
    `import { monitorEventLoopDelay } from 'node:perf_hooks';
    import { readFileSync, writeFileSync } from 'node:fs';
    import { isMainThread } from 'node:worker_threads';
    if (isMainThread) {
      const delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
      process.on('exit', () => writeFileSync(${JSON.stringify(file)}, String(delay.max / 1e6)));
    }`,
  );
  return {
    env: { NODE_OPTIONS: `--import ${preload}` },
    longestMs: () => Number(readFileSync(file, 'utf8')),
  };
}

test('a broker that is down at the start is waited for, told of once, and read when it comes up', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const port = await freePort();
  const servers = `localhost:${port}`;
  const group = unique('group');
  const { env, longestMs } = watchLoop(t);
  const client = startClient(t, ['night', '-d', dir, '-g', group, '--bootstrap-servers', servers], env);
  await client.says(/Trying again/);
  // Starting it takes the client several attempts.
  await ownKafka(t, { port });
  await createTopics({ 'bootstrap.servers': servers }, ['night'], 1);
  await produce('night', numberedAlerts(100), undefined, servers);
  await client.saved(join(dir, 'night', '99.json'), 120_000);
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.equal(stderr.match(/cannot be reached|Trying again/g)?.length, 2, 'one line, with both phrases');
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(100));
  assert.deepEqual((await groupOffsets(group, 'night', 1, servers)).committed, [100]);
  assert.ok(longestMs() < 5_000, `the event loop stood still for ${longestMs()} ms`);
});

test('a broker that falls silent before it has told where the topics end is asked again; a signal ends that with 0', {
  skip: skipKafka,
}, async (t) => {
  const kafka = await ownKafka(t);
  const servers = kafka.bootstrap.plaintext;
  await createTopics({ 'bootstrap.servers': servers }, ['night'], 1);
  await produce('night', numberedAlerts(100), undefined, servers);
  const [dir, otherDir] = [newFolder(t), newFolder(t)];
  const start = (out: string, group: string): Client =>
    startClient(t, ['night', '-d', out, '-g', group, '--bootstrap-servers', servers, '--until-end']);
  const clients = [start(dir, 'stays'), start(otherDir, 'leaves')] as const;
  const [stays, leaves] = clients;
  // Before they ask, they start their workers.
  for (const client of clients) await client.says(/Connected to/);
  process.kill(kafka.pid, 'SIGSTOP');
  for (const client of clients) await client.says(/does not tell where the topics begin and end/);
  leaves.process.kill('SIGTERM');
  const left = await leaves.ended;
  assert.equal(left.code, 0, left.stderr);
  process.kill(kafka.pid, 'SIGCONT');
  const { code, stderr } = await stays.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(100));
  assert.deepEqual((await groupOffsets('stays', 'night', 1, servers)).committed, [100]);
});

for (const fault of ['killed and started again', 'frozen and thawed'] as const) {
  test(`a broker is ${fault} in mid-stream; everything is saved and committed, and the event loop turns all the while`, {
    skip: skipKafka,
  }, async (t) => {
    const kafka = await ownKafka(t);
    const servers = kafka.bootstrap.plaintext;
    await createTopics({ 'bootstrap.servers': servers }, ['night'], 2);
    await produce('night', numberedAlerts(COUNT, 2), undefined, servers);
    // All of them at one broker: thirty seconds of frost are the longest part of this.
    const clients = hookedKinds.map((kind) => startReader(t, kind, servers));
    for (const { dir, kind } of clients)
      await until(`some are saved as ${kind}`, () => savedAlerts(dir, kind).length > 100);
    for (const { dir, kind } of clients)
      assert.ok(savedAlerts(dir, kind).length < COUNT, `${kind} is saved before anything happened`);
    if (fault === 'frozen and thawed') {
      process.kill(kafka.pid, 'SIGSTOP');
      const since = performance.now();
      await until('it was frozen for long', () => performance.now() - since > FROZEN_MS);
      process.kill(kafka.pid, 'SIGCONT');
    } else {
      process.kill(kafka.pid, 'SIGKILL');
      for (const { client } of clients) await client.says(/Trying again/);
      await kafka.restart();
    }
    for (const { client, dir, kind, group, longestMs } of clients) {
      await until(`all is saved as ${kind}`, () => savedAlerts(dir, kind).length >= COUNT, 120_000);
      await until(
        `all is committed by the one that saves ${kind}`,
        async () =>
          (await groupOffsets(group, 'night', 2, servers)).committed.join() === `${COUNT / 2},${COUNT / 2}`,
        120_000,
      );
      client.process.kill('SIGTERM');
      const { code, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
      assert.ok(stderr.split('\n').length < 40, `it is told of, not shouted:\n${stderr}`);
      assert.ok(longestMs() < 5_000, `the event loop stood still for ${longestMs()} ms`);
    }
  });
}

/** A client that is slow enough for something to happen while it reads the night. */
function startReader(t: TestContext, kind: OutputKind, servers: string) {
  const dir = newFolder(t);
  const group = unique('group');
  const { env, longestMs } = watchLoop(t);
  const client = startClient(
    t,
    [
      ...['night', '-d', dir, '-g', group, '--bootstrap-servers', servers],
      ...outputOptions(kind),
      ...slowly(t, MS_AN_ALERT),
    ],
    env,
  );
  return { kind, dir, group, client, longestMs };
}

test('a fatal error of librdkafka ends the client with 1 and one sentence: another member has taken its place', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, numberedAlerts(100));
  const args = [
    ...[topic, '-d', dir, '-g', unique('group'), '-X', 'group.instance.id=the-one'],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
  ];
  const first = startClient(t, args);
  await first.saved(join(dir, topic, '99.json'));
  const second = startClient(t, args);
  await second.says(/Connected/);
  const { code, stderr } = await first.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /^antares-client: Another process has taken the place of this one in the group/m);
  assert.equal(stderr.match(/^antares-client: /gm)?.length, 1);
  assert.doesNotMatch(stderr, /Trying again/);
  second.process.kill('SIGTERM');
  assert.equal((await second.ended).code, 0);
});
