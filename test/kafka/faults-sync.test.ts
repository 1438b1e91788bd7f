import assert from 'node:assert/strict';
import { existsSync, readFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { chooseDurability } from '../../src/commit/durability.ts';
import { newFolder, startClient } from '../support/client.ts';
import { numberedAlerts, slowly, withCommand } from '../support/faults.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { numbersBelow, outputOptions, savedAlerts } from '../support/saved.ts';

const disk = { durability: 'disk', form: 'json' } as const;

/** Why tests of the grouped sync do not run; false: they do. */
const skip =
  skipKafka !== false
    ? skipKafka
    : (await groupSyncWorks())
      ? false
      : 'the grouped sync is used only on a local ext4, xfs or btrfs';

async function groupSyncWorks(): Promise<boolean> {
  const { fileSync } = await chooseDurability({ ...disk, dir: process.env['TMPDIR'] ?? '/tmp' });
  return fileSync === 'group';
}

/**
 * A `sync` for a disk that forgets: the calls of these numbers fail, and whatever no earlier call had made durable is gone then, as after
 * an error in the background that `syncfs` reports. Its first call is the client's own question whether `sync -f` is there.
 */
function forgetfulSync(t: TestContext, output: string, failing: readonly number[]): NodeJS.ProcessEnv {
  const state = newFolder(t);
  return withCommand(
    t,
    'sync',
    `echo >> ${state}/calls
call=$(wc -l < ${state}/calls)
find ${output} -type f ! -path '*/.antares-*' | sort > ${state}/there
touch ${state}/durable
case " ${failing.join(' ')} " in
*" $call "*)
  comm -23 ${state}/there ${state}/durable | xargs -r rm -f
  echo "sync: error syncing '${output}': Input/output error" >&2
  exit 1;;
esac
mv ${state}/there ${state}/durable`,
  );
}

for (const kind of ['json'] as const) {
  test(`${kind}: what a failed syncfs may have lost is written again before its offset is committed`, {
    skip,
  }, async (t) => {
    const dir = newFolder(t);
    const topic = await newTopic(2);
    const group = unique('group');
    await produce(topic, numberedAlerts(3_000, 2));
    const args = [topic, '-d', dir, '-g', group, ...outputOptions(kind), ...slowly(t, 1), '--until-end'];
    const { code, stderr } = await startClient(
      t,
      [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext],
      forgetfulSync(t, dir, [4, 7, 8, 12]),
    ).ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/The disk did not confirm what was written/g)?.length, 4, stderr);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(3_000));
    const { committed, ends } = await groupOffsets(group, topic, 2);
    assert.deepEqual(committed, ends);
  });
}

/** An environment in which the second `sync` does this, as a shell's lines; all others are done at once. */
function slowSync(t: TestContext, state: string, second: string): NodeJS.ProcessEnv {
  const isSecond = `[ "$(wc -l < ${state}/calls)" -eq 2 ]`;
  return withCommand(t, 'sync', `echo >> ${state}/calls\n${isSecond} || exit 0\n${second}`);
}

test('a Ctrl-C, which the terminal sends to all, ends no sync that is under way', { skip }, async (t) => {
  const state = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numberedAlerts(200));
  const env = slowSync(t, state, `touch ${state}/begun\nexec sleep 2`);
  const client = startClient(
    t,
    [topic, '-d', newFolder(t), '-g', group, '--bootstrap-servers', testKafka().bootstrap.plaintext],
    env,
    ['set -- setsid "$@"'],
  );
  await until('a sync is under way', () => existsSync(join(state, 'begun')));
  process.kill(-Number(client.process.pid), 'SIGINT');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /did not confirm/);
});

test('while a sync hangs nothing is committed; when it is killed all is written again and committed', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const state = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numberedAlerts(200));
  const hangs = `echo $$ > ${state}/pid.new\nmv ${state}/pid.new ${state}/pid\nexec sleep 1000`;
  const env = slowSync(t, state, hangs);
  const args = [topic, '-d', dir, '-g', group, '-v'];
  const client = startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext], env);
  await until('the sync hangs', () => existsSync(join(state, 'pid')));
  const pid = Number(readFileSync(join(state, 'pid'), 'utf8'));
  t.after(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // The test did it.
    }
  });
  await until('all is written', () => savedAlerts(dir, 'json').length === 200);
  // Commits are due every second; one with a position would be there after two of them.
  const asked = performance.now();
  await until('commits had their time', async () => {
    // 0 is where it began, which is committed at once.
    const [committed = 0] = (await groupOffsets(group, topic)).committed;
    assert.ok(committed <= 0, `${committed} is committed`);
    return performance.now() - asked > 2_500;
  });
  process.kill(pid, 'SIGKILL');
  await client.says(/The disk did not confirm what was written: .*SIGKILL/);
  await until('all is committed', async () => (await groupOffsets(group, topic)).committed[0] === 200);
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(200));
  // How much was written before the sync began is up to the timing; but all of it came again.
  assert.equal(new Set(stderr.match(/Saved alert [^"\n]*/g)).size, 200);
  assert.ok((stderr.match(/Saved alert/g)?.length ?? 0) > 200, stderr);
});

test('a sync that hangs longer than its time is killed and has not kept its promise', { skip }, async (t) => {
  const dir = newFolder(t);
  const state = newFolder(t);
  const env = withCommand(
    t,
    'sync',
    `[ -e ${state}/hang ] || exit 0\necho $$ > ${state}/pid\nexec sleep 1000`,
  );
  const before = process.env['PATH'];
  process.env['PATH'] = env['PATH'];
  t.after(() => {
    process.env['PATH'] = before;
  });
  const durability = await chooseDurability({ ...disk, dir }, 500);
  await durability.sync();
  writeFileSync(join(state, 'hang'), '');
  await assert.rejects(durability.sync(), /did not end within 0\.5 s/);
  const pid = Number(readFileSync(join(state, 'pid'), 'utf8'));
  await until('the process is gone', () => !existsSync(`/proc/${pid}`));
});

test('three failed syncs in a row end the client with 1, and what none of them confirmed stays uncommitted', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numberedAlerts(3_000));
  // From the seventh call on all is well again: too late, nobody may believe it.
  const client = startClient(
    t,
    [
      ...[topic, '-d', dir, '-g', group, ...slowly(t)],
      ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
    ],
    forgetfulSync(t, dir, [4, 5, 6]),
  );
  const { code, stderr } = await client.ended;
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /The disk failed to confirm 3 times in a row: sync: error syncing .*Input\/output error/,
  );
  const [committed = 0] = (await groupOffsets(group, topic)).committed;
  const durable = savedAlerts(dir, 'json');
  assert.ok(committed > 0, 'what the good syncs confirmed is committed');
  assert.deepEqual(durable.slice(0, committed), numbersBelow(committed));
});

test('a partition that waits for its folder when a sync fails goes on when the folder is there', {
  skip,
}, async (t) => {
  const dir = newFolder(t);
  const state = newFolder(t);
  const [good, bad] = [await newTopic(), await newTopic()];
  const group = unique('group');
  await produce(good, numberedAlerts(20));
  await produce(bad, numberedAlerts(20));
  // A link that leads to itself: no file can be made below it.
  symlinkSync(bad, join(dir, bad));
  const env = withCommand(
    t,
    'sync',
    `[ ! -e ${state}/fail ] || { rm ${state}/fail; echo 'sync: Input/output error' >&2; exit 1; }`,
  );
  const client = startClient(
    t,
    [good, bad, '-d', dir, '-g', group, '--bootstrap-servers', testKafka().bootstrap.plaintext],
    env,
  );
  await client.says(/Cannot write .*ELOOP/);
  await until(
    'the good topic is committed',
    async () => (await groupOffsets(group, good)).committed[0] === 20,
  );
  writeFileSync(join(state, 'fail'), '');
  await produce(good, numberedAlerts(20));
  await client.says(/The disk did not confirm what was written/);
  await until(
    'the good topic is committed',
    async () => (await groupOffsets(group, good)).committed[0] === 40,
  );
  unlinkSync(join(dir, bad));
  await until('the other one goes on', async () => (await groupOffsets(group, bad)).committed[0] === 20);
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
});

test('--limit is still reached when a failed sync has taken work back', { skip }, async (t) => {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numberedAlerts(1_000));
  const { code, stderr } = await startClient(
    t,
    [
      ...[topic, '-d', dir, '-g', group, ...slowly(t), '--limit', '400', '--stall-timeout', '20s'],
      ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
    ],
    forgetfulSync(t, dir, [3, 5]),
  ).ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(400), 'what was written again counts once');
  assert.deepEqual((await groupOffsets(group, topic)).committed, [400]);
});
