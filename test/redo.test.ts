import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pino } from 'pino';
import { crc32c } from '../src/checksum.ts';
import { enterOwner } from '../src/owner.ts';
import { simulateNight } from '../src/simulate/night.ts';
import { newWriter } from '../src/temporary.ts';
import { verifyFolder } from '../src/verify/verify.ts';
import {
  filesIn,
  jsonAlert,
  newFolder,
  readJsonFile,
  startClient,
  type ClientEnd,
} from './support/client.ts';
import { put, putAlert, putJournal, putLetter, putSegment } from './support/output-folder.ts';

function redo(t: TestContext, dir: string, ...more: string[]): Promise<ClientEnd> {
  return startClient(t, ['redo', dir, ...more]).ended;
}

/** A dead letter whose message holds a good alert, as if the settings had been wrong. */
function putGoodLetter(
  dir: string,
  offset: number,
  value: Buffer,
  folder = 'ztf',
  more: Record<string, unknown> = {},
): void {
  const base = putLetter(dir, folder, 0, offset);
  const sidecar = readJsonFile(join(dir, `${base}.json`));
  put(dir, `${base}.bin`, value);
  put(
    dir,
    `${base}.json`,
    JSON.stringify({ ...sidecar, bytes: value.length, crc32c: crc32c(value), ...more }),
  );
}

/** A journal by which all offsets of partition 0 up to this one are dead. */
function putDeadJournal(dir: string, to: number, folder = 'ztf'): void {
  putJournal(dir, folder, 0, [
    { start: 0, behind: 'start' },
    { from: 0, to, outcome: 'dead' },
  ]);
}

async function assertClean(dir: string): Promise<void> {
  const { findings } = await verifyFolder(dir);
  assert.ok(findings.clean, JSON.stringify(findings.faults));
}

test('a folder that a client writes to is left alone, with the name of who does', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 0);
  putGoodLetter(dir, 0, jsonAlert(1));
  const leave = await enterOwner({
    ...{ outputDir: dir, writer: newWriter(), group: 'night', brokers: 'localhost:9092' },
    ...{ share: false, alone: false, log: pino({ level: 'silent' }) },
  });
  const beside = await redo(t, dir);
  assert.equal(beside.code, 1);
  assert.match(beside.stderr, /is written to by the group night \(host .*\): stop that first\./);
  assert.equal(filesIn(dir).filter((path) => path.endsWith('.bin')).length, 1);
  await leave();
  assert.equal((await redo(t, dir)).code, 0);
});

test('a folder whose letters are redone is left alone by a client, and by another redo', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 0);
  putGoodLetter(dir, 0, jsonAlert(1));
  const gate = join(newFolder(t), 'gate');
  const hook = join(newFolder(t), 'hook.mjs');
  writeFileSync(
    hook,
    `import { existsSync } from 'node:fs';
    export async function processAlert(alert, { logger }) {
      logger.info('at the letter');
      while (!existsSync(${JSON.stringify(gate)})) await new Promise((resolve) => setTimeout(resolve, 20));
    }`,
  );
  const first = startClient(t, ['redo', dir, '--process', hook]);
  await first.says(/at the letter/);
  const beside = await redo(t, dir);
  assert.equal(beside.code, 1);
  assert.match(beside.stderr, /is written to by antares-client redo \(host .*\): stop that first\./);
  const client = await startClient(t, [
    'ztf',
    '-d',
    dir,
    '--share-output-dir',
    '--bootstrap-servers',
    'localhost:1',
  ]).ended;
  assert.equal(client.code, 1);
  assert.match(client.stderr, /is written to by antares-client redo \(host .*\): stop that first\./);
  writeFileSync(gate, '');
  const { code, stderr } = await first.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    filesIn(dir).filter((path) => !path.startsWith('_journal/')),
    ['ztf/1.json'],
  );
});

test('dead letters that can be read now are saved and journaled, the others stay with the error of today', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 2);
  putGoodLetter(dir, 0, jsonAlert(70));
  putLetter(dir, 'ztf', 0, 1);
  putGoodLetter(dir, 2, jsonAlert(72));
  const { code, stderr } = await redo(t, dir, '--indent', '0');
  assert.equal(code, 1);
  assert.match(stderr, /1 dead letter is left, the first: _dead-letter\/ztf\/0-1: /);
  assert.deepEqual(filesIn(dir), [
    '_dead-letter/ztf/0-1.bin',
    '_dead-letter/ztf/0-1.json',
    'ztf/70.json',
    'ztf/72.json',
  ]);
  assert.equal(readFileSync(join(dir, 'ztf/70.json'), 'utf8'), '{"candid":70}');
  const { error } = readJsonFile(join(dir, '_dead-letter/ztf/0-1.json')) as { error: { text: string } };
  assert.notEqual(error.text, 'It is nothing that is known.');
  await assertClean(dir);
});

test('beside segments what was redone goes to _redone, a file a message, and the segments stay as they are', async (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9, absent: [['dead', 4, 5]] });
  const before = readFileSync(join(dir, `${base}.ndjson`));
  putGoodLetter(dir, 4, jsonAlert(74));
  putGoodLetter(dir, 5, jsonAlert(75));
  const hook = join(newFolder(t), 'hook.mjs');
  writeFileSync(hook, 'export const processAlert = ({ candid }) => candid !== 75n && undefined;');
  const { code, stderr } = await redo(t, dir, '--process', hook);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /1 dead letter saved, 1 filtered, 0 left/);
  assert.equal(readFileSync(join(dir, '_redone/ztf/0-4.ndjson'), 'utf8'), '{"candid":74}\n');
  assert.equal(readFileSync(join(dir, '_redone/ztf/0-5.ndjson'), 'utf8'), '');
  assert.deepEqual(readFileSync(join(dir, `${base}.ndjson`)), before);
  assert.ok(!existsSync(join(dir, '_dead-letter/ztf/0-4.json')));
  await assertClean(dir);
});

test('a letter whose alert a segment holds goes, and nothing is saved a second time', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
  putGoodLetter(dir, 4, jsonAlert(74));
  const before = filesIn(dir).filter((path) => !path.startsWith('_dead-letter'));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /0 dead letters saved, 0 filtered, 1 cleared away/);
  assert.deepEqual(filesIn(dir), before);
  await assertClean(dir);
});

test('a letter of an earlier topic of the name stays, though a segment of the new one holds its offset', async (t) => {
  const dir = newFolder(t);
  const value = jsonAlert(79);
  const lastMessage = { offset: 9, timestampMs: 1, bytes: value.length, crc32c: crc32c(value) };
  putSegment(dir, {
    ...{ topic: 'ztf', partition: 0, first: 0, last: 9 },
    change: (record) => ({ ...record, lastMessage }),
  });
  // Before, among, and behind the times of the new topic's messages; at the last one, which is known exactly.
  putGoodLetter(dir, 3, jsonAlert(73), 'ztf', { timestampMs: 0 });
  putGoodLetter(dir, 4, jsonAlert(74));
  putGoodLetter(dir, 5, jsonAlert(75), 'ztf', { timestampMs: 2 });
  putGoodLetter(dir, 9, jsonAlert(80));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1);
  for (const offset of [3, 5, 9])
    assert.match(stderr, new RegExp(`ztf/0-${offset} stays: .* another message of its offset`));
  assert.match(stderr, /1 cleared away, whose alerts were saved later, 3 left/);
  putGoodLetter(dir, 9, value);
  assert.match((await redo(t, dir)).stderr, /1 cleared away, whose alerts were saved later, 2 left/);
});

test('a letter stays where neither it nor the record tells whether it is of the message that was saved', async (t) => {
  const dir = newFolder(t);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
  putSegment(dir, {
    ...{ topic: 'ztf', partition: 0, first: 10, last: 19 },
    change: (record) => ({ ...record, timestampsMs: undefined }),
  });
  putGoodLetter(dir, 4, jsonAlert(74), 'ztf', { timestampMs: -1 });
  putGoodLetter(dir, 14, jsonAlert(84));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1);
  for (const offset of [4, 14])
    assert.match(stderr, new RegExp(`ztf/0-${offset} stays: .* does not say whether of the same message`));
});

test('a letter stays where it is the only copy: its segment is elsewhere, or its own value is damaged', async (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
  rmSync(join(dir, `${base}.ndjson`));
  putGoodLetter(dir, 4, jsonAlert(74));
  putGoodLetter(dir, 10, jsonAlert(80));
  put(dir, '_dead-letter/ztf/0-10.bin', jsonAlert(81));
  const before = filesIn(dir);
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /ztf\/0-4 stays: a segment holds its alert, but the files of that segment are not there/,
  );
  assert.match(stderr, /ztf\/0-10 stays: .*0-10\.bin is not the value that its \.json tells of/);
  assert.deepEqual(filesIn(dir), before);
});

test('a redone alert does not replace a newer one of its name', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    { from: 0, to: 0, outcome: 'dead' },
    putAlert(dir, 1, 'ztf/70.json', '{"newer": true}'),
  ]);
  putGoodLetter(dir, 0, jsonAlert(70));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(join(dir, 'ztf/70.json'), 'utf8'), '{"newer": true}');
  assert.ok(!existsSync(join(dir, '_dead-letter/ztf/0-0.json')));
  await assertClean(dir);
});

test('a file that no journal names is not touched, and its letter stays', async (t) => {
  const dir = newFolder(t);
  putGoodLetter(dir, 0, jsonAlert(70));
  put(dir, 'ztf/70.json', 'somebody’s own');
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1);
  assert.match(stderr, /ztf\/70\.json is there already, and no journal says of which offset/);
  assert.equal(readFileSync(join(dir, 'ztf/70.json'), 'utf8'), 'somebody’s own');
  assert.ok(existsSync(join(dir, '_dead-letter/ztf/0-0.bin')));
});

test('a file that another partition saved, or another topic, is not touched, and its letter stays and says so', async (t) => {
  for (const [topic, partition] of [
    ['ztf', 1],
    ['other', 0],
  ] as const) {
    const dir = newFolder(t);
    putJournal(dir, 'ztf', 0, [
      { start: 0, behind: 'start' },
      { from: 0, to: 0, outcome: 'dead' },
    ]);
    putJournal(dir, topic, partition, [
      { start: 0, behind: 'start' },
      putAlert(dir, 0, '70.json', '{"other": true}'),
    ]);
    putGoodLetter(dir, 0, jsonAlert(70));
    const { code, stderr } = await redo(t, dir, '--path', '{alert_id}.json');
    assert.equal(code, 1);
    const why = `ztf/0-0 stays: 70.json holds an alert of another partition, ${topic}/${partition}, and nobody can tell`;
    assert.ok(stderr.includes(why), stderr);
    assert.equal(readFileSync(join(dir, '70.json'), 'utf8'), '{"other": true}');
    assert.ok(existsSync(join(dir, '_dead-letter/ztf/0-0.bin')));
  }
});

test('a letter whose offset nothing tells of yet waits for the client', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [putAlert(dir, 0, 'ztf/1.json')]);
  putGoodLetter(dir, 3, jsonAlert(73));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1);
  assert.match(stderr, /run the client first/);
  assert.ok(existsSync(join(dir, '_dead-letter/ztf/0-3.bin')));
});

test('a redone alert has its images beside it, and its folder, as a profile named it, without the prefix of the topic', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 0, 'night');
  const [alert] = simulateNight({ survey: 'ztf', seed: 1, count: 1, history: 1 });
  assert.ok(alert);
  putGoodLetter(dir, 0, alert.value, 'night', { topic: 'of.a.profile.night' });
  const { code, stderr } = await redo(t, dir, '--stamps', 'extract', '--fields', 'objectId,cutoutScience');
  assert.equal(code, 0, stderr);
  const image = `${alert.name}.cutoutScience.fits.gz`;
  assert.deepEqual(filesIn(dir), [`night/${image}`, `night/${alert.name}.json`]);
  const saved = readJsonFile(join(dir, `night/${alert.name}.json`));
  assert.deepEqual(Object.keys(saved), ['objectId', 'cutoutScience']);
  assert.equal((saved['cutoutScience'] as { stampData: string }).stampData, image);
  await assertClean(dir);
});

test('redo may be killed at any moment: the next one brings it to its end', async (t) => {
  const dir = newFolder(t);
  const count = 60;
  putDeadJournal(dir, count - 1);
  for (let offset = 0; offset < count; offset++) putGoodLetter(dir, offset, jsonAlert(offset));
  for (const wanted of [5, 30]) {
    const client = startClient(t, ['redo', dir]);
    await client.saved(join(dir, 'ztf', `${wanted}.json`));
    client.process.kill('SIGKILL');
    await client.ended;
    await assertClean(dir);
  }
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    filesIn(dir).filter((path) => !path.startsWith('ztf/')),
    [],
  );
  assert.equal(filesIn(dir).length, count);
  await assertClean(dir);
});

test('Ctrl-C ends redo at a letter whose hook loops for ever, and the letter stays as it was', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 0);
  putGoodLetter(dir, 0, jsonAlert(0));
  const letter = join(dir, '_dead-letter', 'ztf', '0-0.json');
  const before = readFileSync(letter, 'utf8');
  const hook = join(newFolder(t), 'hook.mjs');
  writeFileSync(hook, "export function processAlert() { console.error('looping'); for (;;); }");
  const client = startClient(t, ['redo', dir, '--process', hook, '--process-timeout', '1h']);
  await client.says(/looping/);
  client.process.kill('SIGINT');
  const { code, stderr } = await client.ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /0-0 stays: the function had not returned when redo was ended/);
  assert.match(stderr, /Ended by SIGINT before it was done/);
  assert.equal(readFileSync(letter, 'utf8'), before);
});

test('a hook that loops for ever or exits at a letter leaves that letter, and the others are redone', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 3);
  for (let offset = 0; offset < 4; offset++) putGoodLetter(dir, offset, jsonAlert(offset));
  const hook = join(newFolder(t), 'hook.mjs');
  writeFileSync(
    hook,
    `export function processAlert(alert, { offset }) {
      console.log('at ' + offset);
      if (offset === 0) for (;;);
      if (offset === 2) process.exit(0);
    }`,
  );
  const { code, stdout, stderr } = await redo(t, dir, '--process', hook, '--process-timeout', '100ms');
  assert.equal(code, 1, stderr);
  assert.match(stderr, /2 dead letters saved, 0 filtered, 2 left/);
  assert.match(stderr, /at 1\n/);
  assert.equal(stdout, '');
  assert.deepEqual(
    filesIn(dir).filter((path) => /^(ztf|_dead-letter)\//.test(path)),
    ['0-0.bin', '0-0.json', '0-2.bin', '0-2.json']
      .map((name) => `_dead-letter/ztf/${name}`)
      .concat('ztf/1.json', 'ztf/3.json'),
  );
  const errors = [0, 2].map(
    (offset) => readJsonFile(join(dir, `_dead-letter/ztf/0-${offset}.json`))['error'],
  );
  const died = 'The worker died twice at this message: ';
  assert.deepEqual(errors, [
    { code: 'WORKER_DIED', text: `${died}processAlert did not return within 100 ms.` },
    { code: 'WORKER_DIED', text: `${died}it exited with code 0.` },
  ]);
  await assertClean(dir);
});

test('what a killed redo has left of a letter goes, and a letter that came again stays', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    { from: 0, to: 1, outcome: 'filtered' },
    { from: 1, to: 1, outcome: 'dead' },
  ]);
  putGoodLetter(dir, 0, jsonAlert(0));
  renameSync(join(dir, '_dead-letter/ztf/0-0.json'), join(dir, '_dead-letter/ztf/0-0.gone'));
  putGoodLetter(dir, 1, Buffer.from('bad'));
  put(dir, '_dead-letter/ztf/0-1.gone', '');
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1, stderr);
  assert.deepEqual(
    filesIn(dir).filter((path) => path.startsWith('_dead-letter')),
    ['_dead-letter/ztf/0-1.bin', '_dead-letter/ztf/0-1.json'],
  );
});

test('redo asks no broker: a configuration whose profile wants a login does without one', async (t) => {
  const dir = newFolder(t);
  const config = join(newFolder(t), 'config.json');
  const more = { sslCertificate: 'not-there.pem', apiSecretFile: 'not-there', host: 'h', indent: 0 };
  for (const [offset, profile] of ['rubin', 'gcn', 'antares'].entries()) {
    putGoodLetter(dir, offset, jsonAlert(offset));
    writeFileSync(config, JSON.stringify({ ...more, profile, bootstrapServers: 'b:1', format: 'json' }));
    const { code, stderr } = await redo(t, dir, '--config', config);
    assert.equal(code, 0, stderr);
    assert.equal(readFileSync(join(dir, `ztf/${offset}.json`), 'utf8'), `{"candid":${offset}}`);
  }
});

test('a letter whose offset a later attempt saved or filtered goes, and its file stays as it is; one that failed again is redone', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    { from: 0, to: 3, outcome: 'dead' },
    { start: 0, behind: 'given' },
    putAlert(dir, 0, 'ztf/70.json', '{"candid": 70, "hook": true}'),
    { from: 1, to: 1, outcome: 'filtered' },
    putAlert(dir, 2, 'ztf/72.json', '{"candid": 72, "hook": true}'),
    { from: 2, to: 3, outcome: 'dead' },
  ]);
  for (const offset of [0, 1, 2, 3]) putGoodLetter(dir, offset, jsonAlert(70 + offset));
  const { code, stderr } = await redo(t, dir, '--indent', '0');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /2 dead letters saved, 0 filtered, 2 cleared away, whose alerts were saved later/);
  assert.deepEqual(filesIn(dir), ['ztf/70.json', 'ztf/72.json', 'ztf/73.json']);
  assert.equal(readFileSync(join(dir, 'ztf/70.json'), 'utf8'), '{"candid": 70, "hook": true}');
  assert.equal(readFileSync(join(dir, 'ztf/72.json'), 'utf8'), '{"candid":72}');
  await assertClean(dir);
});

test('a letter stays whose offset a later run saved that began the topic anew: it may be of an earlier topic of the name', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    { from: 0, to: 4, outcome: 'dead' },
    { start: 1, behind: 'start' },
    putAlert(dir, 1, 'ztf/1001.json'),
    { from: 2, to: 2, outcome: 'filtered' },
    { from: 3, to: 3, outcome: 'dead' },
    { start: 3, behind: 'given' },
    putAlert(dir, 3, 'ztf/1003.json'),
  ]);
  for (const offset of [0, 1, 2, 3, 4]) putGoodLetter(dir, offset, jsonAlert(70 + offset));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 1);
  for (const offset of [1, 2])
    assert.match(stderr, new RegExp(`ztf/0-${offset} stays: .* may be of an earlier topic of that name`));
  // The letter of 3 is of the message that was saved later, and of 0 and 4 nothing else was saved.
  assert.match(
    stderr,
    /2 dead letters saved, 0 filtered, 1 cleared away, whose alerts were saved later, 2 left/,
  );
  assert.deepEqual(filesIn(dir), [
    ...[1, 2].flatMap((n) => [`_dead-letter/ztf/0-${n}.bin`, `_dead-letter/ztf/0-${n}.json`]),
    ...['1001', '1003', '70', '74'].map((name) => `ztf/${name}.json`),
  ]);
});

test('what a name held before the topic was begun anew is no reason to throw a letter away', async (t) => {
  const dir = newFolder(t);
  const old = putAlert(dir, 9, 'ztf/70.json', '{"candid":70,"of":"the earlier topic"}');
  putJournal(dir, 'ztf', 0, [
    { start: 0, behind: 'start' },
    { from: 0, to: 8, outcome: 'filtered' },
    old,
    { start: 0, behind: 'start' },
    { from: 0, to: 1, outcome: 'dead' },
    putAlert(dir, 2, 'ztf/71.json'),
  ]);
  putGoodLetter(dir, 0, jsonAlert(70));
  putGoodLetter(dir, 1, jsonAlert(71));
  const { code, stderr } = await redo(t, dir, '--indent', '0');
  assert.equal(code, 1);
  assert.match(
    stderr,
    /ztf\/0-0 stays: ztf\/70\.json holds the alert of a higher offset, which was saved before/,
  );
  assert.match(stderr, /1 dead letter saved, 0 filtered, 1 left/);
  // Since then a higher offset has the name of the other one.
  assert.deepEqual(filesIn(dir), [
    ...['_dead-letter/ztf/0-0.bin', '_dead-letter/ztf/0-0.json'],
    ...['ztf/70.json', 'ztf/71.json'],
  ]);
  assert.match(readFileSync(join(dir, 'ztf/70.json'), 'utf8'), /the earlier topic/);
});

test('a file among the folders of letters, such as those of a file manager, is none of them', async (t) => {
  const dir = newFolder(t);
  putDeadJournal(dir, 0);
  putGoodLetter(dir, 0, jsonAlert(70));
  put(dir, '_dead-letter/.DS_Store', '');
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), ['_dead-letter/.DS_Store', 'ztf/70.json']);
});

test('a letter whose file is gone is the only copy, and is redone', async (t) => {
  const dir = newFolder(t);
  const line = putAlert(dir, 0, 'ztf/70.json', '{"candid": 70}');
  putJournal(dir, 'ztf', 0, [{ start: 0, behind: 'start' }, line]);
  rmSync(join(dir, 'ztf/70.json'));
  putGoodLetter(dir, 0, jsonAlert(70));
  const { code, stderr } = await redo(t, dir);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /1 dead letter saved/);
  await assertClean(dir);
});

test('letters of a topic that is named like a folder of the client are redone where an earlier version put them', async (t) => {
  for (const kind of ['segments', 'journal']) {
    const dir = newFolder(t);
    if (kind === 'segments')
      putSegment(dir, { topic: '%5Fjournal', partition: 0, first: 0, last: 2, absent: [['dead', 1, 1]] });
    else
      putJournal(dir, '_journal', 0, [
        { start: 0, behind: 'start' },
        { from: 0, to: 0, outcome: 'filtered' },
        { from: 1, to: 1, outcome: 'dead' },
      ]);
    putGoodLetter(dir, 1, jsonAlert(71), '_journal');
    await assertClean(dir);
    const { code, stderr } = await redo(t, dir);
    assert.equal(code, 0, stderr);
    const there = filesIn(dir);
    const saved = kind === 'segments' ? '_redone/%5Fjournal/0-1.ndjson' : '%5Fjournal/71.json';
    assert.ok(there.includes(saved), there.join(' '));
    assert.ok(!there.some((path) => path.startsWith('_dead-letter')), there.join(' '));
    await assertClean(dir);
  }
});
