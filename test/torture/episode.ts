import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTopics } from '../../src/broker/admin.ts';
import { Bookmarks, savedAsJson } from './bookmarks.ts';
import type { Victim } from './broker.ts';
import { check } from './check/check.ts';
import { checkPowerLoss } from './check/power.ts';
import type { Expected, Place } from './check/sightings.ts';
import { Crew } from './crew.ts';
import { Dice } from './dice.ts';
import { inject } from './faults.ts';
import { Feed } from './feed.ts';
import { killWindowsOf, type Plan } from './inside/plan.ts';
import { Member } from './member.ts';
import type { Episode } from './options.ts';
import { mischiefs, Source } from './source.ts';
import { Tally } from './tally.ts';

const PARTITIONS = 6;
const SESSION_MS = 2_000;
/** The last client gets this long to read what the others have left. */
const LAST_CLIENT_MS = 180_000;

let count = 0;

/**
 * One run: messages are produced while clients of one group read them and faults happen; then all is well again, one client reads the rest, and
 * the checker looks at what is there.
 *
 * @param keep `always`, or where something is found: leave the output folder and the clients' log where they are, and say where.
 */
export async function runEpisode(
  episode: Episode,
  victim: Victim,
  keep: 'always' | 'findings' | 'never',
): Promise<Tally> {
  const dir = mkdtempSync(join(tmpdir(), 'antares-torture-'));
  const tally = new Tally();
  tally.runs = 1;
  try {
    await torture(episode, victim, dir, tally);
  } finally {
    const found = tally.findings.length + tally.surprises.length > 0;
    if (keep === 'always' || (keep === 'findings' && found)) console.log(`  kept: ${dir}`);
    else rmSync(dir, { recursive: true, force: true });
  }
  return tally;
}

async function torture(episode: Episode, victim: Victim, dir: string, tally: Tally): Promise<void> {
  const { seed, faults, output, names, source: wire, bug } = episode;
  const dice = new Dice(seed);
  const topic = `torture-${seed}-${process.pid}-${count++}`;
  const out = join(dir, 'out');
  const withHook = faults.includes('hook');
  const source = new Source(seed, names, withHook ? mischiefs : [], wire);
  await createTopics({ 'bootstrap.servers': victim.direct }, [topic], PARTITIONS);
  const feed = await Feed.start(victim.direct, topic, source, PARTITIONS);
  // What is not one file an alert has its offsets looked up at the end only.
  const complaint = output === 'json' ? savedAsJson(out, topic, source) : () => null;
  const bookmarks = await Bookmarks.start(victim.direct, topic, topic, PARTITIONS, complaint);
  const logFile = join(dir, 'log');
  const args = clientArgs(episode, topic, out, victim.proxied);
  await feed.send(dice.int(50, 150));
  const windows = faults.includes('kill') ? killWindowsOf(episode) : [];
  if (windows.length > 0) tally.expectKills(windows);
  const crew = new Crew({
    args,
    size: episode.members,
    dice,
    tally,
    windows,
    bug,
    filePerAlert: output === 'json',
    slow: withHook,
    killsFile: join(dir, 'kills'),
    logFile,
  });
  const enough = (): boolean => bug !== null && bookmarks.findings.length > 0;
  try {
    const untilMs = performance.now() + episode.seconds * 1_000;
    const latestMs = untilMs + 2 * episode.seconds * 1_000;
    const longestFreezeMs = Math.min(30_000, episode.seconds * 100);
    const goesOn = (): boolean =>
      performance.now() < untilMs ||
      (tally.rarestWindow < episode.killsAWindow && performance.now() < latestMs);
    while (goesOn() && !enough()) {
      await feed.send(dice.int(5, 60));
      // Half of the faults come in the middle of the load.
      if (dice.chance(0.5)) await sleep(dice.int(50, 900));
      await inject(dice.pick(faults), { crew, victim, dice, tally, longestFreezeMs });
    }
    await crew.dismiss(enough());
    // Something is left for the last one in any case.
    await feed.send(dice.int(5, 60));
  } finally {
    await crew.dismiss(true);
    await feed.close();
  }
  await bookmarks.look();
  const from = [...bookmarks.committed];
  const traceFile = join(dir, 'trace');
  if (!enough()) await readTheRest(args, { kill: null, bug, traceFile }, logFile, tally);
  await bookmarks.look();
  await bookmarks.stop();
  tally.offsets = feed.ends.reduce((sum, each) => sum + each, 0);
  countMischief(source, feed.ends, tally);
  // Raw segments keep messages as they are: none of them is bad.
  const expected = ({ partition, offset }: Place): Expected => {
    const message = source.message(partition, offset);
    return output === 'raw' ? { ...message, fate: 'alert' } : message;
  };
  tally.findings.push(...bookmarks.findings);
  // A bug that was caught in the act needs no more proof.
  if (enough()) return;
  const { committed } = bookmarks;
  tally.findings.push(...check({ dir: out, topic, output, names, ends: feed.ends, committed, expected }));
  if (output !== 'json' || names === 'distinct')
    tally.findings.push(...checkPowerLoss({ dir: out, topic, output, traceFile, from, expected }));
}

/** All is well again: one client reads what is left, and every call that it makes is written down. */
async function readTheRest(
  args: readonly string[],
  plan: Plan,
  logFile: string,
  tally: Tally,
): Promise<void> {
  const last = new Member([...args, '--until-end'], plan, logFile);
  const timer = setTimeout(() => {
    last.send('SIGKILL');
  }, LAST_CLIENT_MS);
  const end = await last.ended;
  clearTimeout(timer);
  if (end.code !== 0)
    tally.surprises.push(
      `the last client ended with ${end.signal ?? end.code ?? '?'}: ${last.tail.slice(-600)}`,
    );
}

function countMischief(source: Source, ends: readonly number[], tally: Tally): void {
  for (const [partition, end] of ends.entries()) {
    for (let offset = 0; offset < end; offset++) {
      const { mischief } = source.message(partition, offset);
      if (mischief !== null) tally.fault(`hook-${mischief}`);
    }
  }
}

function clientArgs(
  { output, compress, names, assignment, faults }: Episode,
  topic: string,
  out: string,
  bootstrap: string,
): string[] {
  const property = (name: string, value: string | number): string[] => ['-X', `${name}=${value}`];
  return [
    topic,
    ...['-d', out, '-g', topic, '--bootstrap-servers', bootstrap],
    ...(output === 'json'
      ? []
      : [...segmentOptions(output), '--segment-alerts', '150', '--segment-age', '1s']),
    ...(compress === 'none' ? [] : ['--compress', compress]),
    ...(output === 'json' && names === 'distinct' ? ['--path', '{topic}/{partition}-{offset}.json'] : []),
    ...(faults.includes('hook') && output !== 'raw'
      ? ['--process', join(import.meta.dirname, 'hook.js'), '--process-timeout', '500ms']
      : []),
    ...['--workers', '2', '--batch-size', '40', '--max-in-flight-bytes', '400kB', '--shutdown-timeout', '5s'],
    ...property('reconnect.backoff.max.ms', 500),
    ...(assignment === 'consumer'
      ? ['--group-protocol', 'consumer']
      : [
          ...property('session.timeout.ms', SESSION_MS),
          ...property('heartbeat.interval.ms', 300),
          ...property('partition.assignment.strategy', assignment),
        ]),
  ];
}

function segmentOptions(output: Exclude<Episode['output'], 'json'>): string[] {
  if (output !== 'ndjson-by-path') return ['--output', output];
  // Some hundred folders, more than are held open at once.
  return ['--output', 'ndjson', '--path', '{topic}/by-hash/{hash2}'];
}
