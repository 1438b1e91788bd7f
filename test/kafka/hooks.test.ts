import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { simulateNight } from '../../src/simulate/night.ts';
import {
  type ClientEnd,
  filesIn,
  jsonAlert,
  newFolder,
  readJsonFile,
  runClient,
  startClient,
} from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';

/** Runs a hook over alerts numbered from 0. */
async function runHook(
  t: TestContext,
  body: string,
  count: number,
  more: readonly string[] = [],
): Promise<ClientEnd & { dir: string; topic: string }> {
  const dir = newFolder(t);
  const file = join(newFolder(t), 'hook.mjs');
  writeFileSync(file, body);
  const topic = await newTopic();
  await produce(
    topic,
    Array.from({ length: count }, (_, i) => ({ value: jsonAlert(i, { mag: 18.5, flat: 3.0 }) })),
  );
  const end = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--process',
    file,
    ...more,
  ]);
  return { ...end, dir, topic };
}

test('a hook that returns nothing changes nothing, whatever it does to the object', {
  skip: skipKafka,
}, async (t) => {
  const { code, stderr, dir, topic } = await runHook(
    t,
    'export function processAlert(alert) { alert.mag = 0; delete alert.candid; }',
    3,
    ['--indent', '0'],
  );
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(join(dir, topic, '2.json'), 'utf8'), '{"candid":2,"mag":18.5,"flat":3}');
});

test('a hook that returns false keeps an alert from being saved, and its offset is committed', {
  skip: skipKafka,
}, async (t) => {
  const { code, stderr, dir, topic } = await runHook(
    t,
    'export const processAlert = async (alert) => alert.candid % 2n === 0n ? false : undefined;',
    6,
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    filesIn(dir),
    [1, 3, 5].map((candid) => `${topic}/${candid}.json`),
  );
  assert.match(stderr, /3 alerts saved.*3 filtered/);
});

test('a hook that returns an object has it saved, under the name of the source', {
  skip: skipKafka,
}, async (t) => {
  const { code, stderr, dir, topic } = await runHook(
    t,
    'export const processAlert = (alert, { offset }) => ({ ...alert, candid: 99n, seen: offset });',
    2,
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(readJsonFile(join(dir, topic, '1.json')), { candid: 99, mag: 18.5, flat: 3, seen: 1 });
});

test('a double of the source is still printed as one when a hook returns it', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const file = join(newFolder(t), 'hook.mjs');
  writeFileSync(
    file,
    'export const processAlert = ({ new_alert }) => ({ ...new_alert, properties: { ...new_alert.properties, ztf_magpsf: 17 } });',
  );
  const [alert] = simulateNight({ survey: 'antares', seed: 3, count: 1 });
  assert.ok(alert);
  const topic = await newTopic();
  await produce(topic, [{ value: alert.value }]);
  const { code, stderr } = await runClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--process',
    file,
  ]);
  assert.equal(code, 0, stderr);
  const saved = readFileSync(join(dir, topic, `${alert.name}.json`), 'utf8');
  assert.match(saved, /"ztf_magpsf": 17\.0,/);
  assert.match(saved, /: -999\.0,/);
  assert.doesNotMatch(saved, /: -999,/);
});

test('an alert at which the hook throws becomes a dead letter, and the next is saved', {
  skip: skipKafka,
}, async (t) => {
  const { code, stderr, dir, topic } = await runHook(
    t,
    'export function processAlert({ candid }) { if (candid === 1n) throw new Error("no such star"); }',
    3,
  );
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(join(dir, topic)), ['0.json', '2.json']);
  assert.deepEqual(readJsonFile(join(dir, '_dead-letter', topic, '0-1.json'))['error'], {
    code: 'HOOK_THREW',
    text: 'processAlert threw: no such star (hook.mjs, line 1)',
  });
});

test('a worker that dies between two messages is told of, with the reason', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const file = join(newFolder(t), 'hook.mjs');
  writeFileSync(
    file,
    "export const processAlert = () => void setImmediate(() => { throw new Error('nobody waits for this'); });",
  );
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(0) }]);
  const client = startClient(t, [
    ...[topic, '-d', dir, '-g', unique('group'), '--process', file],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  await client.says(/A worker died between two messages: nobody waits for this\./);
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(join(dir, topic)), ['0.json']);
});

test('a hook that returns what has no form in JSON makes a dead letter that says where', {
  skip: skipKafka,
}, async (t) => {
  const { dir, topic } = await runHook(t, 'export const processAlert = () => ({ inner: { f() {} } });', 1);
  const { code, text } = readJsonFile(join(dir, '_dead-letter', topic, '0-0.json'))['error'] as {
    code: string;
    text: string;
  };
  assert.equal(code, 'HOOK_RESULT');
  assert.match(text, /inner.*f/);
});

test('a hook that never answers is given up after --process-timeout, also when it never gives its thread back', {
  skip: skipKafka,
}, async (t) => {
  const waiting = await runHook(
    t,
    'export const processAlert = ({ candid }) => candid === 0n ? new Promise(() => {}) : undefined;',
    2,
    ['--process-timeout', '200ms'],
  );
  assert.equal(waiting.code, 0, waiting.stderr);
  assert.equal(
    (readJsonFile(join(waiting.dir, '_dead-letter', waiting.topic, '0-0.json'))['error'] as { code: string })
      .code,
    'HOOK_TIMEOUT',
  );
  const looping = await runHook(
    t,
    'export const processAlert = ({ candid }) => { while (candid === 0n); };',
    2,
    ['--process-timeout', '200ms'],
  );
  assert.equal(looping.code, 0, looping.stderr);
  assert.equal(
    (readJsonFile(join(looping.dir, '_dead-letter', looping.topic, '0-0.json'))['error'] as { code: string })
      .code,
    'WORKER_DIED',
  );
  assert.deepEqual(filesIn(join(looping.dir, looping.topic)), ['1.json']);
});

test('a message that kills its worker twice is a dead letter; all others are saved, and no temporary stays', {
  skip: skipKafka,
}, async (t) => {
  const { code, stderr, dir, topic } = await runHook(
    t,
    'export const processAlert = ({ candid }) => { if (candid === 5n) process.exit(3); };',
    40,
    ['--workers', '2', '--batch-size', '10'],
  );
  assert.equal(code, 0, stderr);
  assert.equal(filesIn(join(dir, topic)).filter((file) => file.endsWith('.json')).length, 39);
  assert.deepEqual(filesIn(join(dir, '_dead-letter', topic)), ['0-5.bin', '0-5.json']);
  assert.deepEqual(
    filesIn(dir).filter((file) => file.includes('.antares-')),
    [],
  );
});

test('a slow hook holds reading back, not the group: nothing is lost and nothing done twice', {
  skip: skipKafka,
}, async (t) => {
  const log = join(newFolder(t), 'seen');
  const body = `import { appendFileSync } from 'node:fs';
    export async function processAlert({ candid }) { await new Promise((done) => setTimeout(done, 5)); appendFileSync(${JSON.stringify(log)}, candid + '\\n'); }`;
  const { code, stderr, dir, topic } = await runHook(t, body, 300, [
    '--max-in-flight-bytes',
    '2kB',
    '--batch-size',
    '10',
  ]);
  assert.equal(code, 0, stderr);
  assert.equal(filesIn(join(dir, topic)).length, 300);
  const seen = readFileSync(log, 'utf8').trim().split('\n');
  assert.equal(seen.length, 300);
  assert.equal(new Set(seen).size, 300);
});

test('what a hook says goes to the log, not to standard output', { skip: skipKafka }, async (t) => {
  const { code, stderr, stdout } = await runHook(
    t,
    'export const processAlert = (_, { logger }) => { logger.warn("look here", { ra: 12 }); console.log("a print"); };',
    1,
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /look here/);
  assert.match(stderr, /a print/);
  assert.equal(stdout, '');
});

for (const [what, body, sentence] of [
  ['does not load', 'export const = broken', /does not load/],
  ['has no processAlert', 'export const other = 1', /exports no function named processAlert/],
] as const) {
  test(`a module that ${what} ends the client with 2`, { skip: skipKafka }, async (t) => {
    const { code, stderr } = await runHook(t, body, 1);
    assert.equal(code, 2, stderr);
    assert.match(stderr, sentence);
  });
}

test('TypeScript hooks run where Node runs TypeScript, and are refused with a cure where it does not', {
  skip: skipKafka,
}, async (t) => {
  const file = join(newFolder(t), 'hook.ts');
  writeFileSync(
    file,
    'export const processAlert = (alert: Record<string, unknown>): unknown => ({ ...alert, typed: true });',
  );
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const client = startClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    '--process',
    file,
    '--bootstrap-servers',
    testKafka().bootstrap.plaintext,
  ]);
  const { code, stderr } = await client.ended;
  if ((process.features as { typescript?: unknown }).typescript) {
    assert.equal(readJsonFile(join(dir, topic, '1.json'))['typed'], true);
  } else {
    assert.equal(code, 2);
    assert.match(stderr, /cannot run TypeScript: use Node 22\.18 or newer/);
  }
});
