// One run of one contestant, seen from outside and by the same means for all: from the first message data that the broker gave out to the
// last offset committed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSecondsOf, ProcessTree } from './process-tree.mjs';

const LOOK_EVERY_MS = 20;
/** Metadata and group traffic stay below it, and the first answer with messages is larger. */
const FIRST_DATA_BYTES = 200_000;
const LEAVE_TIMEOUT_MS = 20_000;

/**
 * @param command `{ file, args, env }`.
 * @param finished how the end is known: `committed`, or `said`: so many lines of standard output that match.
 * @returns seconds, rate, CPU seconds in that time, peak resident memory.
 * @throws Error with the end of its output where it failed or took too long.
 */
export async function measureRun({ lab, topic, group, count, command, finished, timeoutMs = 300_000 }) {
  const servedBefore = lab.bytesServed();
  const child = spawn(command.file, command.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...command.env },
  });
  const output = hear(child, finished);
  const ended = once(child, 'close');
  const tree = new ProcessTree(child.pid);
  const isDone = async () =>
    finished === 'committed' ? (await lab.committed(group, topic)) >= count : output.said >= count;
  const now = () => ({
    ms: performance.now(),
    cpuSeconds: tree.sample(),
    brokerCpuSeconds: cpuSecondsOf(lab.brokerPid),
  });
  const launched = now();
  let start = null;
  let end = null;
  while (end === null) {
    const looked = performance.now();
    const over = child.exitCode !== null || child.signalCode !== null;
    if (start === null && lab.bytesServed() - servedBefore > FIRST_DATA_BYTES) start = now();
    tree.sample();
    if (start !== null && (await isDone())) end = now();
    else if (over) throw new Error(`ended early with ${child.exitCode}:\n${output.tail}`);
    else if (looked - launched.ms > timeoutMs) {
      child.kill('SIGKILL');
      throw new Error(`was not done after ${timeoutMs / 1000} s:\n${output.tail}`);
    } else await sleep(Math.max(1, LOOK_EVERY_MS - (performance.now() - looked)));
  }
  await leave(child, ended, finished, output);
  const seconds = (end.ms - start.ms) / 1000;
  return {
    seconds,
    alertsPerSecond: count / seconds,
    cpuSeconds: end.cpuSeconds - start.cpuSeconds,
    brokerCpuSeconds: end.brokerCpuSeconds - start.brokerCpuSeconds,
    peakRssMB: tree.peakRssMB,
    secondsToFirstData: (start.ms - launched.ms) / 1000,
    secondsToLeave: (performance.now() - end.ms) / 1000,
  };
}

function hear(child, finished) {
  const heard = { said: 0, tail: '' };
  const listen = (text) => {
    heard.tail = (heard.tail + text).slice(-4_000);
  };
  child.stderr.setEncoding('utf8').on('data', listen);
  child.stdout.setEncoding('utf8').on('data', (text) => {
    listen(text);
    if (finished !== 'committed') heard.said += text.split(finished.said).length - 1;
  });
  return heard;
}

/** Who does not end by itself is asked to. */
async function leave(child, ended, finished, output) {
  if (finished !== 'committed') child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), LEAVE_TIMEOUT_MS);
  const [code, signal] = await ended;
  clearTimeout(timer);
  if (finished === 'committed' && code !== 0)
    throw new Error(`ended with ${code ?? signal}:\n${output.tail}`);
}
