import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ClientEnd, newFolder, startClient } from '../support/client.ts';
import { numberedAlerts, slowly } from '../support/faults.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { numbersBelow, savedAlerts } from '../support/saved.ts';

const skip = skipKafka;
const owners = (dir: string): string[] =>
  existsSync(join(dir, '.antares-owners')) ? readdirSync(join(dir, '.antares-owners')) : [];
const broker = (): string[] => ['--bootstrap-servers', testKafka().bootstrap.plaintext];

test('a process of another group is refused the output folder, in one sentence that names the first', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const [group, other] = [unique('group'), unique('group')];
  await produce(topic, numberedAlerts(10));
  const first = startClient(t, [topic, '-d', dir, '-g', group, ...broker()]);
  await first.says(/Assigned/);
  const refused = await startClient(t, [topic, '-d', dir, '-g', other, ...broker()]).ended;
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    new RegExp(
      `${dir} is written to by the group ${group} \\(host ${hostname()}, process ${first.process.pid ?? 0}, since 20\\d\\d-[^)]*Z\\), and this is the group ${other}: .*--share-output-dir`,
    ),
  );
  assert.equal(refused.stderr.trim().split('\n').length, 1, refused.stderr);
  const told = await startClient(t, [
    ...[topic, '-d', dir, '-g', other, '--until-end', '--share-output-dir'],
    ...broker(),
  ]).ended;
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stderr, /is also written to by the group/);
  assert.equal(owners(dir).length, 1, 'the first is still there');
  first.process.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);
  assert.ok(!existsSync(join(dir, '.antares-owners')), 'nothing of it stays');
});

test('two processes of one group may be pointed at one folder: each alert is there once', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic(4);
  await produce(topic, numberedAlerts(2_000, 4));
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', ...slowly(t), ...broker()];
  const both = [startClient(t, args), startClient(t, args)];
  for (const { code, stderr } of await Promise.all(both.map((client) => client.ended)))
    assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(2_000));
  assert.ok(!existsSync(join(dir, '.antares-owners')));
});

test('what a killed process left behind keeps nobody out', { skip }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, numberedAlerts(10));
  const first = startClient(t, [topic, '-d', dir, '-g', unique('group'), ...broker()]);
  await first.says(/Assigned/);
  first.process.kill('SIGKILL');
  await first.ended;
  assert.equal(owners(dir).length, 1);
  const next = await startClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end', ...broker()])
    .ended;
  assert.equal(next.code, 0, next.stderr);
  assert.ok(!existsSync(join(dir, '.antares-owners')));
});

test('an entry counts while its process lives here, or had a heartbeat lately elsewhere', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const folder = join(dir, '.antares-owners');
  const topic = await newTopic();
  await produce(topic, numberedAlerts(10));
  mkdirSync(folder);
  const enter = (name: string, entry: Record<string, unknown>, ageS: number): void => {
    const started = '2026-11-24T03:00:00.000Z';
    writeFileSync(join(folder, name), JSON.stringify({ group: 'theirs', brokers: 'b:1', started, ...entry }));
    const then = Date.now() / 1000 - ageS;
    utimesSync(join(folder, name), then, then);
  };
  const run = (): Promise<ClientEnd> =>
    startClient(t, [topic, '-d', dir, '-g', unique('group'), '--until-end', ...broker()]).ended;
  // This process lives; the entry is of an earlier one that had its number.
  enter('recycled', { host: hostname(), pid: process.pid, processStart: '1' }, 0);
  enter('elsewhere', { host: 'another.example', pid: 1, processStart: '1' }, 3_600);
  const fine = await run();
  assert.equal(fine.code, 0, fine.stderr);
  assert.ok(!existsSync(folder), 'stale entries are removed');
  mkdirSync(folder);
  enter('elsewhere', { host: 'another.example', pid: 1, processStart: '1' }, 20);
  const refused = await run();
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /the group theirs \(host another\.example, process 1, since 2026-11-24T03/);
});

test('the heartbeat of an owner makes its entry younger, and brings it back when it was removed', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const client = startClient(t, [await newTopic(), '-d', dir, '-g', unique('group'), ...broker()]);
  await until('the entry', () => owners(dir).length === 1);
  // It enters itself first and looks who else is there afterwards: the folder must not go in between.
  await client.says(/Assigned/);
  const path = join(dir, '.antares-owners', owners(dir)[0] ?? '');
  // It is there, empty, a moment before it says who made it.
  await until('the entry is written', () => readFileSync(path, 'utf8').endsWith('\n'));
  const before = readFileSync(path, 'utf8');
  rmSync(join(dir, '.antares-owners'), { recursive: true });
  await until('the entry is back', () => existsSync(path) && readFileSync(path, 'utf8') === before);
  client.process.kill('SIGTERM');
  await client.ended;
});
