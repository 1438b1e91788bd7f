// Several contestants on one topic: in turns, so that what the machine does meanwhile meets all, each time in another order.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutput } from './check.mjs';
import { measureRun } from './run.mjs';
import { spread } from './statistics.mjs';

/**
 * @param tell is called with each repetition.
 * @returns for each contestant its repetitions, and their spread in `alertsPerSecond`.
 */
export async function contest({ lab, contestants, alerts, topic, count, rounds, tell = () => undefined }) {
  const results = contestants.map((contestant) => ({ contestant, repetitions: [] }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < results.length; turn++) {
      const result = results[(turn + round) % results.length];
      const repetition = await once({ lab, contestant: result.contestant, alerts, topic, count });
      result.repetitions.push(repetition);
      tell(result.contestant, round, repetition);
    }
  }
  return results.map(({ contestant, repetitions }) => ({
    name: contestant.name,
    ...contestant.row,
    alertsPerSecond: spread(repetitions.map((each) => each.alertsPerSecond)),
    cpuMillisecondsAnAlert: spread(repetitions.map((each) => (each.cpuSeconds / count) * 1000)).median,
    brokerCpuMillisecondsAnAlert: spread(repetitions.map((each) => (each.brokerCpuSeconds / count) * 1000))
      .median,
    peakRssMB: spread(repetitions.map((each) => each.peakRssMB)).max,
    bytesWritten: repetitions[0].bytesWritten,
    repetitions,
  }));
}

/** One run in a group and a folder of its own; what it wrote is checked, and its space given back. */
async function once({ lab, contestant, alerts, topic, count }) {
  const group = lab.fresh();
  const dir = join(lab.folder, group);
  mkdirSync(dir);
  // What earlier runs left in the page cache is not for this one to write.
  execFileSync('sync', ['-f', dir]);
  try {
    const schemaDir = alerts.schemaDir ?? lab.schemaDir;
    const where = { lab, topic, group, dir, count, schemaDir, survey: alerts.survey };
    const command = contestant.command(where);
    const measured = await measureRun({ lab, topic, group, count, command, finished: contestant.finished });
    const bytesWritten = checkOutput(contestant.check, dir, {
      alerts,
      count,
      schemaDir,
      topic,
    });
    return { ...measured, bytesWritten };
  } catch (error) {
    throw new Error(`${contestant.name}: ${error.message}`, { cause: error });
  } finally {
    emptyFiles(dir);
  }
}

/**
 * Gives the space back but keeps the names until the end: ext4 without a journal leaves the inodes of deleted files alone for minutes,
 * and looks at each of them whenever it makes a new file. After a few thousand deletions a new file took 600 µs instead of 20.
 */
export function emptyFiles(dir) {
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) truncateSync(join(entry.parentPath, entry.name));
  }
}
