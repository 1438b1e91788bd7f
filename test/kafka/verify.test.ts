import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseLine } from '../../src/journal/parse.ts';
import { type ClientEnd, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { deleteRecords, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

function verify(t: TestContext, dir: string, ...more: string[]): Promise<ClientEnd> {
  return startClient(t, ['verify', dir, ...more]).ended;
}

/** What its lines tell of offsets. */
function journalOf(dir: string, topic: string, partition = 0): unknown[] {
  const lines = readFileSync(join(dir, '_journal', topic, `${partition}.ndjson`), 'utf8').split('\n');
  assert.equal(lines.pop(), '');
  return lines.map((line) => parseLine(line) ?? assert.fail(line)).filter((line) => !('last' in line));
}

test('the journal tells what became of every offset, and verify finds all of it', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [
    { value: jsonAlert(0) },
    { value: jsonAlert(1) },
    { value: jsonAlert(2) },
    { value: jsonAlert(3) },
    { value: Buffer.from('?') },
    { value: null, key: Buffer.from('gone') },
  ]);
  await produce(topic, [{ value: jsonAlert(1, { again: true }) }], 'commit');
  const hooked = join(newFolder(t), 'hook.mjs');
  writeFileSync(
    hooked,
    'export const processAlert = ({ candid }) => (candid === 2n || candid === 3n ? false : undefined);',
  );
  const group = unique('group');
  const args = [topic, '-d', dir, '-g', group, '--until-end', '--process', hooked];
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  const lines = journalOf(dir, topic) as Record<string, unknown>[];
  // How many offsets a line tells of depends on the batches.
  const shapes = lines.flatMap(({ from, to, outcome, crc32c, bytes, ...rest }) => {
    assert.equal(crc32c === undefined, bytes === undefined);
    if (outcome === undefined) return [rest];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => ({
      offset: Number(from) + i,
      outcome,
    }));
  });
  assert.deepEqual(shapes, [
    { start: 0, behind: 'start' },
    { offset: 0, path: `${topic}/0.json` },
    { offset: 1, path: `${topic}/1.json` },
    { offset: 2, outcome: 'filtered' },
    { offset: 3, outcome: 'filtered' },
    { offset: 4, outcome: 'dead' },
    { offset: 5, outcome: 'tombstone' },
    { offset: 6, path: `${topic}/1.json` },
    // The transaction's marker.
    { offset: 7, outcome: 'missing' },
  ]);
  const against = ['--against', testKafka().bootstrap.plaintext];
  const first = await verify(t, dir, ...against);
  assert.equal(first.code, 0, first.stdout + first.stderr);
  assert.match(first.stdout, /Nothing is lost, doubled or torn/);
  assert.doesNotMatch(first.stdout, /not yet read/);
  const config = join(newFolder(t), 'config.json');
  const ours = { title: 'Ours', bootstrapServers: testKafka().bootstrap.plaintext };
  writeFileSync(config, JSON.stringify({ profiles: { ours } }));

  await produce(topic, [{ value: jsonAlert(8) }, { value: jsonAlert(9) }]);
  const behind = await verify(t, dir, ...against);
  assert.equal(behind.code, 0, behind.stdout + behind.stderr);
  assert.match(behind.stdout, new RegExp(`not yet read \\(2\\):\\n {2}${topic}/0 offsets 8–9`));
  assert.equal((await verify(t, dir, '--config', config, '--profile', 'ours')).stdout, behind.stdout);

  const again = await runClient(t, args);
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(journalOf(dir, topic)[lines.length], { start: 8, behind: 'commit' });
  rmSync(join(dir, topic, '9.json'));
  const lost = await verify(t, dir, ...against);
  assert.equal(lost.code, 1);
  assert.match(lost.stdout, new RegExp(`1 lost:\\n {2}${topic}/9.json`));
});

test('offsets that expired while the client was away are told apart from lost ones', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end'];
  await produce(topic, [{ value: jsonAlert(0) }]);
  assert.equal((await runClient(t, args)).code, 0);
  await produce(topic, [{ value: jsonAlert(1) }, { value: jsonAlert(2) }, { value: jsonAlert(3) }]);
  await deleteRecords({ topic, partition: 0, offset: 3 });
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  assert.deepEqual(journalOf(dir, topic)[2], { start: 3, behind: 'expired' });
  const verified = await verify(t, dir);
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, new RegExp(`expired .*\\(2\\):\\n {2}${topic}/0 offsets 1–2`));
});

test('what a worker had finished before it died is in the journal, and nothing is in it twice', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const hook = join(newFolder(t), 'hook.mjs');
  const calls = join(newFolder(t), 'calls');
  writeFileSync(
    hook,
    `import { appendFileSync } from 'node:fs';
     export const processAlert = ({ candid }) => {
       appendFileSync(${JSON.stringify(calls)}, candid + '\\n');
       if (Number(candid) % 50 === 40) process.exit(1);
     };`,
  );
  await produce(
    topic,
    Array.from({ length: 200 }, (_, i) => ({ value: jsonAlert(i) })),
  );
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--process', hook, '--workers', '2'];
  const { code, stderr } = await runClient(t, args);
  assert.equal(code, 0, stderr);
  const offsets = journalOf(dir, topic).flatMap((line) =>
    'offset' in (line as object) ? [(line as { offset: number }).offset] : [],
  );
  assert.deepEqual(
    offsets,
    Array.from({ length: 200 }, (_, i) => i).filter((i) => i % 50 !== 40),
  );
  const verified = await verify(t, dir, '--against', testKafka().bootstrap.plaintext);
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, / 196 +0 +4 /);
});

test('after kill -9 at any moment the next run brings the folder to a clean end', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(2);
  const group = unique('group');
  const count = 3_000;
  await produce(
    topic,
    // Names repeat, as those of loci do.
    Array.from({ length: count }, (_, i) => ({
      value: jsonAlert(i % 500, { version: i }),
      partition: i % 2,
    })),
  );
  const args = [
    topic,
    '-d',
    dir,
    '-g',
    group,
    '--batch-size',
    '20',
    // A killed member's partitions are given to the next only when its session is over.
    '-X',
    'session.timeout.ms=6000',
    '--workers',
    '2',
    '--path',
    '{topic}/{partition}-{alert_id}.json',
  ];
  for (let kills = 0; kills < 3; kills++) {
    const client = startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext, '-v']);
    await until(
      'some alerts were saved',
      () => client.stderr.split('Saved alert').length > 50 + 100 * kills,
      60_000,
    );
    client.process.kill('SIGKILL');
    await client.ended;
    const { code, stdout } = await verify(t, dir);
    assert.equal(code, 0, stdout);
  }
  const { code, stderr } = await runClient(t, [...args, '--until-end']);
  assert.equal(code, 0, stderr);
  const verified = await verify(t, dir, '--against', testKafka().bootstrap.plaintext);
  assert.equal(verified.code, 0, verified.stdout);
  assert.match(verified.stdout, new RegExp(`${topic}/0 +json +0–1499 `));
  assert.match(verified.stdout, new RegExp(`${topic}/1 +json +0–1499 `));
  assert.doesNotMatch(verified.stdout, /not yet read/);
});
