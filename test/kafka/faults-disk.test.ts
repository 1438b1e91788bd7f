import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { simulateNight } from '../../src/simulate/night.ts';
import { verifyFolder } from '../../src/verify/verify.ts';
import { filesIn, newFolder, startClient } from '../support/client.ts';
import { numberedAlerts, slowly, withCommand } from '../support/faults.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { numbersBelow, type OutputKind, outputKinds, outputOptions, savedAlerts } from '../support/saved.ts';
import { projectRoot } from '../support/samples.ts';
import { mountTmpfs, skipMount } from '../support/tmpfs.ts';

const COUNT = 1_000;

/** How the log says that a file, or a segment, cannot be written. */
const cannotWrite = (why: string): RegExp => new RegExp(`(Cannot write|cannot be written).*${why}`);

/** Options of a client that reads COUNT alerts of a topic of its own. */
async function alertsFor(dir: string): Promise<{ topic: string; group: string; args: string[] }> {
  const topic = await newTopic();
  const group = unique('group');
  await produce(topic, numberedAlerts(COUNT));
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  return { topic, group, args: [topic, '-d', dir, '-g', group, '--until-end', ...broker] };
}

/** Nothing above what is on the disk may be committed. */
async function committedIsSaved(dir: string, kind: OutputKind, group: string, topic: string): Promise<void> {
  const [committed = 0] = (await groupOffsets(group, topic)).committed;
  const expected = numbersBelow(Math.max(0, committed));
  const saved = new Set(savedAlerts(dir, kind));
  assert.ok(
    expected.every((number) => saved.has(number)),
    `${committed} is committed, of which ${saved.size} are saved`,
  );
  assert.ok(committed < COUNT, 'not all can be committed');
}

/** An environment in which fsync fails of what the control file says, `file` or `folder`, or does not come back: `hang`. */
function failingFsync(t: TestContext): { env: NodeJS.ProcessEnv; control: string } {
  const state = newFolder(t);
  const library = join(state, 'failing-fsync.so');
  const source = join(projectRoot, 'test', 'support', 'failing-fsync.c');
  execFileSync('g++', ['-x', 'c', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  const control = join(state, 'control');
  // Without `sync -f` every file has its own fsync.
  const env = { ...withCommand(t, 'sync', 'exit 1'), LD_PRELOAD: library, FAIL_FSYNC: control };
  return { env, control };
}

for (const [how, options, count] of [
  ['at the end', [], COUNT],
  ['at --limit', ['--limit', '400'], 400],
] as const)
  test(`${how} segments are written however long it takes: --shutdown-timeout is for who wants it to stop`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const { env, control } = failingFsync(t);
    const { topic, group, args } = await alertsFor(dir);
    const ndjson = ['--output', 'ndjson', '--segment-age', '1h', '--shutdown-timeout', '1ms'];
    const client = startClient(t, [...args, ...ndjson, ...slowly(t), ...options], env);
    await client.says(/Assigned/);
    writeFileSync(control, 'hang');
    const ended = client.ended.then(() => true);
    const before = performance.now();
    await Promise.race([ended, until('the client has waited', () => performance.now() - before > 8_000)]);
    rmSync(control);
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(savedAlerts(dir, 'ndjson'), numbersBelow(count));
    assert.deepEqual((await groupOffsets(group, topic)).committed, [count]);
  });

test('--limit saves exactly so many alerts in segments, also when some could not be published and are written again', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const { env, control } = failingFsync(t);
  const { topic, group, args } = await alertsFor(dir);
  const options = [...args, ...outputOptions('ndjson'), ...slowly(t), '--limit', '400'];
  const client = startClient(t, options, env);
  await until('some are saved', () => savedAlerts(dir, 'ndjson').length > 0);
  writeFileSync(control, 'file');
  await client.says(cannotWrite('EIO: i/o error, fsync'));
  rmSync(control);
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'ndjson'), numbersBelow(400));
  assert.match(stderr, /400 alerts saved/);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [400]);
});

test('while images cannot be synced no segment names them; then they are written again', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const { env, control } = failingFsync(t);
  const topic = await newTopic();
  const night = [...simulateNight({ survey: 'ztf', seed: 3, count: 40, history: 1 })];
  await produce(
    topic,
    night.map(({ value }) => ({ value })),
  );
  writeFileSync(control, 'file');
  const client = startClient(
    t,
    [
      ...[topic, '-d', dir, '-g', unique('group'), '--until-end'],
      ...['--output', 'ndjson', '--stamps', 'extract'],
      ...['--segment-alerts', '15', '--bootstrap-servers', testKafka().bootstrap.plaintext],
    ],
    env,
  );
  await client.says(/Cannot write .*\.fits\.gz: EIO: i\/o error, fsync/);
  assert.deepEqual(
    filesIn(dir).filter((path) => /\.(fits\.gz|record)$/.test(path)),
    [],
  );
  rmSync(control);
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  const { findings, partitions } = await verifyFolder(dir);
  assert.ok(findings.clean, JSON.stringify(findings.faults));
  assert.deepEqual([...findings.notes.keys()], []);
  assert.equal(partitions[0]?.alerts, night.length);
});

test('a disk that does not answer for longer than a hook may take is not the fault of an alert', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const { env, control } = failingFsync(t);
  const { args } = await alertsFor(dir);
  const client = startClient(t, [...args, '--workers', '1', '--process-timeout', '100ms'], env);
  await until('some are saved', () => savedAlerts(dir, 'json').length > 0);
  writeFileSync(control, 'hang');
  // A worker that hangs is ended two seconds after that time.
  const before = performance.now();
  await until('a worker would have been ended', () => performance.now() - before > 4_000);
  rmSync(control);
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /A worker died/);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(COUNT));
});

test('a client that starts with a full disk says so and waits for room, as one that runs does', {
  skip: skipMount,
}, async (t) => {
  const { dir, remount } = mountTmpfs(t, '64k');
  const ballast = (): void => {
    writeFileSync(join(dir, 'ballast'), Buffer.alloc(1 << 20));
  };
  assert.throws(ballast, { code: 'ENOSPC' });
  const { args } = await alertsFor(dir);
  const stopped = startClient(t, args);
  await stopped.says(/ENOSPC.*It waits for disk space: nothing is read before/);
  stopped.process.kill('SIGTERM');
  assert.equal((await stopped.ended).code, 0, 'a signal ends it');
  assert.deepEqual(readdirSync(dir), ['ballast'], 'and it leaves nothing behind');
  const client = startClient(t, args);
  await client.says(/ENOSPC.*It waits for disk space/);
  remount('size=100m');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(COUNT));
});

test('too few open files for so many workers end the start with one sentence', {
  skip: skipKafka,
}, async (t) => {
  const { args } = await alertsFor(newFolder(t));
  const { code, stderr } = await startClient(t, [...args, '--workers', '32'], {}, ['ulimit -n 128']).ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /at most 128 files open at once, which is too few for 32 workers: ulimit -n 4096/);
  assert.doesNotMatch(stderr, /\n {4}at |MaxListeners/, 'no stack trace, and no warning of Node’s');
});

test('a disk that takes no more files, though it has room, is told as that, at the start and later', {
  skip: skipMount,
}, async (t) => {
  const { dir, remount } = mountTmpfs(t, '100m', ',nr_inodes=3');
  writeFileSync(join(dir, 'one'), '');
  writeFileSync(join(dir, 'two'), '');
  const { args } = await alertsFor(dir);
  const client = startClient(t, args);
  const what = 'It waits for free inodes \\(the disk has room, but takes no more files\\)';
  await client.says(new RegExp(`The output folder .*ENOSPC.*${what}`));
  remount('nr_inodes=200');
  await client.says(new RegExp(`Cannot write .*ENOSPC.*${what}`));
  remount('nr_inodes=20000');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(savedAlerts(dir, 'json'), numbersBelow(COUNT));
});

for (const kind of outputKinds) {
  test(`${kind}: a full disk is waited for; when there is room again everything is saved`, {
    skip: skipMount,
  }, async (t) => {
    const { dir, remount } = mountTmpfs(t, '2m');
    const { topic, group, args } = await alertsFor(dir);
    const client = startClient(t, [...args, ...outputOptions(kind), '--stall-timeout', '1s']);
    await client.says(cannotWrite('ENOSPC.*it is tried again every second'));
    await committedIsSaved(dir, kind, group, topic);
    // Longer than the stall time-out: waiting for room is no stall.
    const before = performance.now();
    await until('the client has waited', () => performance.now() - before > 3_000);
    remount('size=50m');
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    // Of a file, and of the journal.
    const told = [...stderr.matchAll(/"msg":"(.*?ENOSPC)/g)].map(([, what = '']) =>
      what.replace(/\/[^ ]*/g, ''),
    );
    if (kind === 'json') assert.match(stderr, /The journal cannot be written: ENOSPC/);
    assert.equal(told.length, new Set(told).size, `it is told once: ${told.join('; ')}`);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
    assert.ok(!filesIn(dir).some((path) => path.endsWith('.tmp')), 'no temporary stays');
    assert.deepEqual((await groupOffsets(group, topic)).committed, [COUNT]);
  });

  // The others slow the client down with a hook, and nobody looks into raw messages.
  if (kind === 'raw') continue;

  test(`${kind}: a folder that becomes read-only is waited for`, { skip: skipMount }, async (t) => {
    const { dir, remount } = mountTmpfs(t, '50m');
    const { topic, group, args } = await alertsFor(dir);
    const client = startClient(t, [...args, ...outputOptions(kind), ...slowly(t)]);
    await until('some are saved', () => savedAlerts(dir, kind).length > 50);
    await until('it is read-only', () => {
      try {
        remount('ro');
        return true;
      } catch {
        // A file is being written this moment.
        return false;
      }
    });
    await client.says(cannotWrite('EROFS'));
    await committedIsSaved(dir, kind, group, topic);
    remount('rw');
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
    assert.deepEqual((await groupOffsets(group, topic)).committed, [COUNT]);
  });

  test(`${kind}: an output folder that is moved away in mid-stream is made again; nothing is lost between the two`, {
    skip: skipKafka,
  }, async (t) => {
    const parent = newFolder(t);
    const [dir, away] = [join(parent, 'out'), join(parent, 'away')];
    const { topic, group, args } = await alertsFor(dir);
    const client = startClient(t, [...args, ...outputOptions(kind), ...slowly(t)]);
    await until('some are saved', () => savedAlerts(dir, kind).length > 50);
    renameSync(dir, away);
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    const [before, after] = [savedAlerts(away, kind), savedAlerts(dir, kind)];
    assert.ok(before.length > 50 && after.length > 0, `${before.length} and ${after.length}`);
    assert.deepEqual(
      [...new Set([...before, ...after])].sort((a, b) => a - b),
      numbersBelow(COUNT),
    );
    assert.deepEqual((await groupOffsets(group, topic)).committed, [COUNT]);
  });

  for (const what of ['file', 'folder'] as const) {
    test(`${kind}: while fsync of a ${what} fails with EIO nothing more is committed; then it is written again`, {
      skip: skipKafka,
    }, async (t) => {
      const dir = newFolder(t);
      const { env, control } = failingFsync(t);
      const { topic, group, args } = await alertsFor(dir);
      const client = startClient(t, [...args, ...outputOptions(kind), ...slowly(t)], env);
      await client.says(/durability: an fsync each (file|segment)/);
      await until(
        'some are committed',
        async () => (await groupOffsets(group, topic)).committed[0] !== -1001,
      );
      writeFileSync(control, what);
      await client.says(cannotWrite('EIO: i/o error, fsync'));
      // What was good before the error goes to the broker with the next commit, within a second.
      const failedAtMs = performance.now();
      await until('the last good commit had its time', () => performance.now() - failedAtMs > 2_000);
      const [committed = 0] = (await groupOffsets(group, topic)).committed;
      const askedAtMs = performance.now();
      await until('commits and retries had their time', () => performance.now() - askedAtMs > 2_500);
      const [later = 0] = (await groupOffsets(group, topic)).committed;
      await committedIsSaved(dir, kind, group, topic);
      rmSync(control);
      const { code, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      assert.equal(later, committed);
      assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
      assert.deepEqual((await groupOffsets(group, topic)).committed, [COUNT]);
    });
  }

  test(`${kind}: without file descriptors (EMFILE) it waits, and goes on when there are some`, {
    skip: skipKafka,
  }, async (t) => {
    const dir = newFolder(t);
    const state = newFolder(t);
    const control = join(state, 'hog');
    const hog = join(state, 'hog.mjs');
    // Takes every descriptor there is for as long as the control file is there.
    writeFileSync(
      hog,
      `import { closeSync, existsSync, openSync } from 'node:fs';
      import { isMainThread } from 'node:worker_threads';
      const taken = [];
      const take = () => {
        try {
          if (existsSync(${JSON.stringify(control)})) for (;;) taken.push(openSync('/dev/null'));
        } catch {
          return;
        }
        for (const fd of taken.splice(0)) closeSync(fd);
      };
      if (isMainThread && process.argv[1]?.endsWith('cli.js')) setInterval(take, 5).unref();`,
    );
    const { topic, group, args } = await alertsFor(dir);
    const options = [...args, ...outputOptions(kind), ...slowly(t)];
    // Node opens some hundred modules at once when it starts, and with fewer it may not get so far.
    const client = startClient(t, options, { NODE_OPTIONS: `--import ${hog}` }, ['ulimit -n 512']);
    await until('some are saved', () => savedAlerts(dir, kind).length > 50);
    writeFileSync(control, '');
    await client.says(cannotWrite('EMFILE'));
    await committedIsSaved(dir, kind, group, topic);
    const before = performance.now();
    await until('the client has waited', () => performance.now() - before > 3_000);
    rmSync(control);
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(savedAlerts(dir, kind), numbersBelow(COUNT));
    assert.deepEqual((await groupOffsets(group, topic)).committed, [COUNT]);
  });
}
