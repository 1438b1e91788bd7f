import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { startServer } from '../support/http.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { projectRoot } from '../support/samples.ts';

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** A span as OTLP's JSON has it. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly events: readonly { readonly name: string; readonly attributes: readonly Attribute[] }[];
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

interface Sent {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
}

const CONSUMER = 5;
const example = (name: string): string => join(projectRoot, 'examples', name);

/** A collector, and the environment in which a client sends its traces there, with what the example sets up. */
async function startCollector(t: TestContext): Promise<{ spans: Span[]; env: NodeJS.ProcessEnv }> {
  const spans: Span[] = [];
  const { host } = await startServer(t, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(Buffer.concat(parts).toString()) as Sent;
      for (const { scopeSpans } of resourceSpans) for (const scope of scopeSpans) spans.push(...scope.spans);
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  const env = {
    NODE_OPTIONS: `--import ${pathToFileURL(example('tracing.mjs')).href}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${host}`,
  };
  return { spans, env };
}

function attributesOf({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

/** Spans that programs have sent the messages in. */
const [first, second] = [
  { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' },
  { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' },
];
const sentIn = ({ traceId, spanId }: typeof first): { headers: Record<string, string>[] } => ({
  headers: [{ traceparent: `00-${traceId}-${spanId}-01` }],
});

test('a batch is a span with links to those that sent its messages, and a hook goes on with their traces', {
  skip: skipKafka,
}, async (t) => {
  const { spans, env } = await startCollector(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, [
    { value: jsonAlert(0, { candidate: { magpsf: 17 } }), ...sentIn(first) },
    { value: jsonAlert(1, { candidate: { magpsf: 19 } }), ...sentIn(first) },
    { value: jsonAlert(2, { candidate: { magpsf: 17 } }), ...sentIn(second) },
    { value: jsonAlert(3), headers: [{ traceparent: 'no trace' }] },
    { value: jsonAlert(4) },
    { value: Buffer.from('{broken') },
  ]);
  const client = startClient(
    t,
    [
      ...[topic, '-g', group, '--bootstrap-servers', testKafka().bootstrap.plaintext],
      ...['-d', join(newFolder(t), 'out'), '--process', example('traced-hook.mjs')],
    ],
    env,
  );
  const named = (name: string): Span[] => spans.filter((span) => span.name === name);
  await until('all is told', () => named(`process ${topic}`).length > 0 && named('look at alert').length > 4);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);

  const batches = named(`process ${topic}`);
  assert.ok(batches.every(({ kind, parentSpanId }) => kind === CONSUMER && !parentSpanId));
  const [batch] = batches;
  assert.ok(batch !== undefined);
  const about = attributesOf(batch);
  assert.equal(about['messaging.system'], 'kafka');
  assert.equal(about['messaging.operation.type'], 'process');
  assert.equal(about['messaging.destination.name'], topic);
  assert.equal(about['messaging.destination.partition.id'], '0');
  assert.equal(about['messaging.consumer.group.name'], group);
  assert.equal(about['messaging.kafka.offset'], 0);
  const sum = (key: string): number =>
    batches.reduce((total, each) => total + Number(attributesOf(each)[key]), 0);
  assert.equal(sum('messaging.batch.message_count'), 6);
  assert.equal(sum('antares_client.saved_alerts'), 2);
  assert.equal(sum('antares_client.filtered_alerts'), 3);
  assert.equal(sum('antares_client.failed_messages'), 1);
  const [failure] = batches.flatMap(({ events }) => events);
  assert.equal(failure?.name, 'exception');
  assert.equal(attributesOf(failure)['messaging.kafka.offset'], 5);

  const linked = batches.flatMap(({ links }) => links.map(({ traceId, spanId }) => ({ traceId, spanId })));
  assert.deepEqual(new Set(linked.map(({ spanId }) => spanId)), new Set([first.spanId, second.spanId]));
  assert.ok(linked.length <= batches.length + 1, 'a link for each sender, not for each message');

  const steps = spans
    .filter(({ parentSpanId }) => parentSpanId === batch.spanId)
    .sort((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1));
  assert.deepEqual(new Set(steps.map(({ name }) => name)), new Set(['work', 'publish', 'commit']));
  assert.equal(steps[0]?.startTimeUnixNano, batch.startTimeUnixNano);

  const byHook = named('look at alert');
  const traces = new Map(byHook.map((span) => [attributesOf(span)['messaging.kafka.offset'], span]));
  assert.equal(traces.get(0)?.traceId, first.traceId);
  assert.equal(traces.get(0)?.parentSpanId, first.spanId);
  assert.equal(traces.get(2)?.traceId, second.traceId);
  assert.ok(!traces.get(4)?.parentSpanId, 'a message without a trace begins one');
});

test('the last spans, of batches and of hooks, are sent before a client ends', {
  skip: skipKafka,
}, async (t) => {
  const { spans, env } = await startCollector(t);
  const topic = await newTopic(2);
  await produce(
    topic,
    Array.from({ length: 10 }, (_, i) => ({ value: jsonAlert(i), partition: i % 2 })),
  );
  const args = [topic, '-g', unique('group'), '--until-end', '-d', join(newFolder(t), 'out')];
  const hook = ['--process', example('traced-hook.mjs')];
  const { code, stderr } = await runClient(t, [...args, '--output', 'ndjson', ...hook], env);
  assert.equal(code, 0, stderr);
  const batches = spans.filter(({ name }) => name === `process ${topic}`);
  const messages = batches.map((span) => Number(attributesOf(span)['messaging.batch.message_count']));
  assert.equal(
    messages.reduce((sum, each) => sum + each, 0),
    10,
  );
  assert.equal(spans.filter(({ name }) => name === 'look at alert').length, 10);
  assert.ok(
    batches.every(({ events }) => events.length === 0),
    'nothing was given up',
  );
});

test('a collector that nobody reaches does not hold up a client', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const { env } = await startCollector(t);
  const silent = await startServer(t, () => undefined);
  const { code, stderr } = await runClient(
    t,
    [topic, '-g', unique('group'), '--until-end', '-d', join(newFolder(t), 'out')],
    { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://${silent.host}` },
  );
  assert.equal(code, 0, stderr);
});

test('without a tracer nothing of OpenTelemetry is loaded', { skip: skipKafka }, async (t) => {
  const folder = newFolder(t);
  const look = join(folder, 'look.cjs');
  writeFileSync(
    look,
    `process.on('exit', () => {
       const loaded = Object.keys(require('node:module')._cache).filter((file) => file.includes('opentelemetry'));
       require('node:fs').writeSync(2, 'loaded: ' + JSON.stringify(loaded) + '\\n');
     });`,
  );
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1), ...sentIn(first) }]);
  const hook = join(folder, 'hook.mjs');
  writeFileSync(hook, 'export const processAlert = () => undefined;\n');
  const { code, stderr } = await runClient(
    t,
    [topic, '-g', unique('group'), '--until-end', '-d', join(folder, 'out'), '--process', hook],
    { NODE_OPTIONS: `--require ${look}` },
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /loaded: \[\]/);
});

for (const [place, version] of [
  ['1', '1.4.1'],
  ['0', '0.20.0'],
] as const)
  test(`an SDK for version ${version} of the API is told of, since it would get no traces`, {
    skip: skipKafka,
  }, async (t) => {
    const topic = await newTopic();
    await produce(topic, [{ value: jsonAlert(1) }]);
    const preload = join(newFolder(t), 'old-sdk.mjs');
    // As that version leaves what was registered.
    writeFileSync(
      preload,
      `globalThis[Symbol.for('opentelemetry.js.api.${place}')] = { version: '${version}', trace: {} };`,
    );
    const { code, stderr } = await runClient(
      t,
      [topic, '-g', unique('group'), '-d', newFolder(t), '--limit', '1'],
      { NODE_OPTIONS: `--import ${pathToFileURL(preload).href}` },
    );
    assert.equal(code, 0, stderr);
    assert.match(
      stderr,
      new RegExp(`"An OpenTelemetry SDK is registered for version ${version} of .* no traces\\."`),
    );
    assert.doesNotMatch(stderr, /each batch is a span/);
  });

test('the client asks for the minor version of the API that comes with it', () => {
  const read = (path: string): { version: string } =>
    JSON.parse(readFileSync(join(projectRoot, path), 'utf8')) as { version: string };
  assert.match(read('node_modules/@opentelemetry/api/package.json').version, /^1\.9\./);
});
