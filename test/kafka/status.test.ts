import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bytesText } from '../../src/status/units.ts';
import { type ClientEnd, filesIn, jsonAlert, newFolder, runClient, startClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { onTerminal, type Terminal } from '../support/terminal.ts';
import { screenAfter } from '../support/screen.ts';

const ALERTS = 400;
const ESCAPE = '\u001b';
/** log-update's own: begin and end of a frame that is shown as a whole. */
const WHOLE_FRAME = new RegExp(`${ESCAPE}\\[\\?2026[hl]`);
const COLOUR = new RegExp(`${ESCAPE}\\[[\\d;]*m`);
const BLOCK = /in flight [\d.]+ \w+ of 32\.0 MB/;

/** A topic with alerts, and a hook that takes a moment for each and prints some. */
async function slowRun(t: TestContext, more: readonly string[], env: NodeJS.ProcessEnv): Promise<Terminal> {
  const topic = await newTopic(2);
  await produce(
    topic,
    Array.from({ length: ALERTS }, (_, index) => ({ value: jsonAlert(index), partition: index % 2 })),
  );
  const dir = newFolder(t);
  const hook = join(dir, 'hook.mjs');
  writeFileSync(
    hook,
    `import { setTimeout } from 'node:timers/promises';
    export async function processAlert(alert, context) {
      await setTimeout(10);
      if (Number(alert.candid) % 50 === 0) console.log('hook saw ' + alert.candid);
      if (Number(alert.candid) % 10 === 0) return false;
    }`,
  );
  return onTerminal(
    t,
    [
      ...[topic, '-g', unique('group'), '--bootstrap-servers', testKafka().bootstrap.plaintext],
      ...['-d', join(dir, 'out'), '--until-end', '--process', hook, '--workers', '2', ...more],
    ],
    env,
  );
}

test('a terminal shows a block that is kept up to date below the log, and only the log at the end', {
  skip: skipKafka,
}, async (t) => {
  const { sent, ended } = await slowRun(t, [], { TERM: 'xterm' });
  assert.equal(await ended, 0, sent());
  const text = sent();
  const frames = text.split(WHOLE_FRAME).filter((part) => BLOCK.test(part));
  assert.ok(frames.length >= 3, `${frames.length} frames in\n${text}`);
  const shares = [...text.matchAll(/[█░] (\d+) %, [\d,]+ of 400 messages/g)].map(([, share]) =>
    Number(share),
  );
  assert.deepEqual(
    shares,
    [...shares].sort((a, b) => a - b),
    'the bar never goes back',
  );
  assert.ok(new Set(shares).size >= 2, shares.join());
  assert.match(text, COLOUR);
  const screen = screenAfter(text).filter(Boolean);
  // Each line of the log is whole, the block is gone.
  for (const line of screen) assert.match(line, /^(\d\d:\d\d:\d\d .*|hook saw \d+)$/);
  assert.equal(screen.filter((line) => line.startsWith('hook saw')).length, ALERTS / 50);
  assert.match(screen.at(-1) ?? '', /360 alerts saved \(.*\), 40 filtered in /);
});

test('with NO_COLOR the block moves the cursor and nothing more', { skip: skipKafka }, async (t) => {
  const { sent, ended } = await slowRun(t, [], { TERM: 'xterm', NO_COLOR: '1' });
  assert.equal(await ended, 0, sent());
  assert.match(sent(), BLOCK);
  assert.doesNotMatch(sent(), COLOUR);
});

for (const [what, more, env] of [
  ['--quiet', ['--quiet'], { TERM: 'xterm' }],
  ['a terminal that cannot move its cursor', [], { TERM: 'dumb', NO_COLOR: '1' }],
  ['--log-format json', ['--log-format', 'json'], { TERM: 'xterm' }],
] as const) {
  test(`there is no block with ${what}`, { skip: skipKafka }, async (t) => {
    const { sent, ended } = await slowRun(t, more, env);
    assert.equal(await ended, 0, sent());
    assert.doesNotMatch(sent(), BLOCK);
    assert.ok(!sent().includes(ESCAPE), JSON.stringify(sent()));
  });
}

test('a window that becomes narrow has a narrow block', { skip: skipKafka }, async (t) => {
  const terminal = await slowRun(t, [], { TERM: 'xterm', NO_COLOR: '1' });
  const frameOf = (pattern: RegExp): boolean =>
    terminal
      .sent()
      .split(WHOLE_FRAME)
      .some((part) => pattern.test(part));
  await until('there is a wide block', () => frameOf(/topic +alerts\/s +MB\/s +saved +filtered/));
  terminal.resize(40);
  await until('there is a narrow one', () => frameOf(/topic +alerts\/s +saved +lag\r?\n/));
  assert.equal(await terminal.ended, 0, terminal.sent());
});

test('without a terminal the log gets a line every ten seconds', { skip: skipKafka }, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }, { value: jsonAlert(2) }]);
  const client = startClient(t, [
    ...[topic, '-g', unique('group'), '--bootstrap-servers', testKafka().bootstrap.plaintext],
    ...['-d', newFolder(t)],
  ]);
  const line = /^.*"msg":"2 alerts saved, .*nothing left to read\."\}$/m;
  await client.says(line);
  const told = JSON.parse(line.exec(client.stderr)?.[0] ?? '{}') as Record<string, unknown>;
  assert.equal(told['savedAlerts'], 2);
  assert.equal(told['lag'], 0);
  assert.equal((told['topics'] as Record<string, { committed: number }>)[topic]?.committed, 2);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
});

test('the summary says how much, how fast, and where the dead letters are', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  await produce(topic, [
    { value: jsonAlert(1) },
    { value: Buffer.from('{"candid": ') },
    { value: jsonAlert(3) },
  ]);
  const dir = newFolder(t);
  const { code, stderr }: ClientEnd = await runClient(t, [
    ...[topic, '-g', unique('group'), '-d', dir, '--until-end', '--format', 'json'],
  ]);
  assert.equal(code, 0, stderr);
  const letters = filesIn(dir).filter((path) => path.startsWith('_dead-letter/'));
  assert.equal(letters.length, 2);
  const bytes = filesIn(dir).length - letters.length;
  assert.equal(bytes, 2);
  assert.ok(
    new RegExp(
      `"2 alerts saved \\(\\d+ B\\), 1 dead letter in ${dir}/_dead-letter in \\d+\\.\\d s, \\d+ a second\\."`,
    ).test(stderr),
    stderr,
  );
});

test('the summary says what the files of segments take, however much it was before compression', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic(2);
  await produce(
    topic,
    Array.from({ length: 40 }, (_, i) => ({
      value: jsonAlert(i, { note: 'seen before '.repeat(200) }),
      partition: i % 2,
    })),
  );
  const dir = newFolder(t);
  const { code, stderr } = await runClient(t, [
    ...[topic, '-g', unique('group'), '-d', dir, '--until-end', '--format', 'json', '--output', 'parquet'],
  ]);
  assert.equal(code, 0, stderr);
  const files = filesIn(dir).filter((path) => path.endsWith('.parquet'));
  const bytes = files.reduce((sum, path) => sum + statSync(join(dir, path)).size, 0);
  assert.match(stderr, new RegExp(`40 alerts saved in 2 files \\(${bytesText(bytes)}\\)`));
  assert.match(stderr, new RegExp(`"fileBytes":${bytes},`));
});
