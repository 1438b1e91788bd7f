import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Client, jsonAlert, newFolder, startClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

/** Where the client serves its metrics: with `--metrics 0` it says so. */
async function urlOf(client: Client): Promise<string> {
  const said = /Metrics: (http:\/\/127\.0\.0\.1:\d+)\/metrics/;
  await client.says(said);
  return said.exec(client.stderr)?.[1] ?? '';
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

/** The sum of a metric's values whose labels hold these. */
function valueOf(text: string, name: string, ...labels: readonly string[]): number {
  return text
    .split('\n')
    .filter((line) => new RegExp(`^antares_client_${name}[{ ]`).test(line))
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

async function stopped(client: Client): Promise<void> {
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
}

test('the metrics are what was saved, and hold no secret', { skip: skipKafka }, async (t) => {
  const topic = await newTopic(2);
  const good = Array.from({ length: 40 }, (_, index) => ({ value: jsonAlert(index), partition: index % 2 }));
  await produce(topic, [...good, { value: Buffer.from('{"bad": '), partition: 1 }, { value: null }]);
  const dir = newFolder(t);
  const hook = join(dir, 'hook.mjs');
  writeFileSync(
    hook,
    'export const processAlert = ({ candid }) => (Number(candid) === 7 ? false : undefined);\n',
  );
  const { saslPlaintext } = testKafka().bootstrap;
  const [user = '', password = ''] = Object.entries(testKafka().users)[0] ?? [];
  const client = startClient(
    t,
    [
      ...[topic, '-g', unique('group'), '--bootstrap-servers', saslPlaintext],
      ...['--security-protocol', 'sasl_plaintext', '--api-key', user, '-X', 'statistics.interval.ms=200'],
      ...['-d', join(dir, 'out'), '--format', 'json', '--process', hook, '--metrics', '0'],
    ],
    { ANTARES_KAFKA_API_SECRET: password },
  );
  const url = await urlOf(client);
  let text = '';
  await until('everything is committed', async () => {
    ({ text } = await get(`${url}/metrics`));
    return (
      valueOf(text, 'committed_offset') === 42 && valueOf(text, 'librdkafka_broker_round_trip_seconds') > 0
    );
  });
  const bytes = good.reduce((sum, { value }) => sum + value.length, 0) + '{"bad": '.length;
  for (const [name, value] of [
    ['read_messages_total', 42],
    ['read_bytes_total', bytes],
    ['finished_messages_total', 42],
    ['saved_alerts_total', 39],
    ['filtered_alerts_total', 1],
    ['dead_letters_total', 1],
    ['skipped_messages_total', 0],
    ['tombstones_total', 1],
    ['failed_messages_total', 1],
    ['lag_messages', 0],
    ['end_offset', 42],
    ['durable_offset', 42],
    ['in_flight_bytes', 0],
    ['latency_seconds_count', 42],
    ['batch_messages_sum', 42],
    ['batch_bytes_sum', bytes],
    ['ready', 1],
    ['healthy', 1],
    ['librdkafka_broker_up', 1],
  ] as const)
    assert.equal(valueOf(text, name), value, `${name} in\n${text}`);
  assert.equal(valueOf(text, 'saved_alerts_total', `topic="${topic}"`, 'partition="1"'), 19);
  assert.equal(valueOf(text, 'failed_messages_total', 'code="TRUNCATED"'), 1);
  for (const stage of ['read', 'process', 'write', 'sync', 'commit'])
    assert.ok(valueOf(text, 'stage_duration_seconds_count', `stage="${stage}"`) > 0, stage);
  assert.ok(valueOf(text, 'librdkafka_received_bytes_total') > bytes);
  assert.match(text, /^antares_client_worker_utilization_ratio\{worker="0"\} /m);
  assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
  for (const secret of Object.values(testKafka().users)) assert.ok(!text.includes(secret));
  assert.deepEqual(await get(`${url}/readyz`), { status: 200, text: 'ok\n' });
  assert.equal((await get(`${url}/other`)).status, 404);
  assert.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 405);
  await stopped(client);
});

test('a client that is not connected is alive but not ready', { skip: skipKafka }, async (t) => {
  // Somebody who takes connections and says nothing.
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  t.after(() => {
    silent.closeAllConnections();
    silent.close();
  });
  const { port } = silent.address() as AddressInfo;
  const client = startClient(t, ['topic', '--bootstrap-servers', `127.0.0.1:${port}`, '--metrics', '0']);
  const url = await urlOf(client);
  assert.deepEqual(await get(`${url}/readyz`), { status: 503, text: 'It is not connected to the broker.\n' });
  assert.equal((await get(`${url}/healthz`)).status, 200);
  assert.equal(valueOf((await get(`${url}/metrics`)).text, 'ready'), 0);
});

test('a client is ready when it has its partitions, and not before', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  const group = unique('group');
  const args = [topic, '-g', group, '--bootstrap-servers', testKafka().bootstrap.plaintext, '--metrics', '0'];
  const client = startClient(t, args);
  const url = await urlOf(client);
  const seen = new Set<string>();
  await until('it is ready', async () => {
    const { status, text } = await get(`${url}/readyz`);
    if (status === 503) {
      seen.add(text.trim());
      assert.doesNotMatch(client.stderr, /Assigned [^"]*"\}\n$/);
    }
    return status === 200;
  });
  assert.ok(seen.size > 0, 'it was not ready at first');
  for (const text of seen)
    assert.match(
      text,
      /^It is not connected to the broker\.$|^The group has not given it its partitions yet: /,
    );
  await stopped(client);
});

test('a client that stands still is unhealthy before it gives up, and says where', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const dir = newFolder(t);
  const hook = join(dir, 'hook.mjs');
  writeFileSync(hook, 'export const processAlert = () => new Promise(() => setInterval(() => {}, 1000));\n');
  const client = startClient(t, [
    ...[topic, '-g', unique('group'), '--bootstrap-servers', testKafka().bootstrap.plaintext],
    ...['-d', join(dir, 'out'), '--process', hook, '--process-timeout', '1h', '--stall-timeout', '8s'],
    ...['--shutdown-timeout', '1s', '--metrics', '0'],
  ]);
  const url = await urlOf(client);
  await until(
    'it works',
    async () => valueOf((await get(`${url}/metrics`)).text, 'read_messages_total') === 1,
  );
  assert.equal((await get(`${url}/healthz`)).status, 200);
  let answer = { status: 0, text: '' };
  await until('it is unhealthy', async () => (answer = await get(`${url}/healthz`)).status === 503);
  assert.match(answer.text, new RegExp(`^${topic}/0 has stood still at offset 0 for \\d+ s\\.\n$`));
  const { code, stderr } = await client.ended;
  assert.equal(code, 1);
  assert.match(stderr, /has stood still at offset 0/);
});

test('a port that is in use is one sentence and exit code 2', { skip: skipKafka }, async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const { code, stderr } = await startClient(t, [
    ...[
      'topic',
      '--bootstrap-servers',
      testKafka().bootstrap.plaintext,
      '--metrics',
      String(port),
      '--quiet',
    ],
  ]).ended;
  assert.equal(code, 2);
  assert.equal(
    stderr,
    `antares-client: --metrics 127.0.0.1:${port} cannot be used: another process listens there. Give another port.\n`,
  );
});
