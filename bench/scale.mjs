// npm run bench -- scale: whether rate and memory stay as they are from a thousand alerts to a million, and what more processes bring.
import { availableParallelism } from 'node:os';
import { alertsOf } from './alerts.mjs';
import { clientCommand, outputs } from './contestants/client.mjs';
import { contest } from './contest.mjs';
import { round, table } from './table.mjs';

const LENGTHS = [1_000, 10_000, 100_000, 1_000_000];
const PROCESSES = [1, 2, 3, 4];
/** Files of a million alerts in one folder would measure the folder. */
const MANY_FILES = ['--path', '{topic}/{hash2}/{alert_id}.json'];
const cores = availableParallelism();

export async function scale(lab, options) {
  const lengths = await byLength(lab, options);
  return { lengths, processes: await byProcesses(lab, options) };
}

/** Small alerts, because a million real ones do not fit on a disk. */
async function byLength(lab, { workers, outputs: wanted, durabilities, clientOptions }) {
  const alerts = alertsOf('lsst', null, { small: true });
  const rows = [];
  for (const count of LENGTHS) {
    const topic = lab.fresh();
    await lab.fill(topic, { alerts, count });
    const contestants = wanted.map((output) => {
      const flags = [
        ...outputs[output].flags,
        ...(output.startsWith('json') ? MANY_FILES : []),
        ...['--workers', String(workers.at(-1)), '--durability', durabilities[0], '--until-end'],
      ];
      return ourselves(output, `${count} alerts`, (where) =>
        clientCommand(where, [...flags, ...clientOptions]),
      );
    });
    const results = await contest({ lab, contestants, alerts, topic, count, rounds: 1 });
    await lab.removeTopic(topic);
    rows.push(...results.map((each) => ({ count, ...each })));
    console.log(`\n${describe(results)}`);
  }
  console.log(`\n${describe(rows)}`);
  return rows;
}

/** Members of one group, each on one core. */
async function byProcesses(lab, { samplesDir, count, rounds, clientOptions }) {
  const alerts = alertsOf('antares', samplesDir);
  const topic = lab.fresh();
  await lab.fill(topic, { alerts, count });
  const contestants = PROCESSES.map((processes) =>
    ourselves('ndjson', `${processes} processes of one worker, each on a core`, (where) => {
      const flags = [...outputs.ndjson.flags, '--workers', '1', '--durability', 'none', '--until-end'];
      const { file, args } = clientCommand(where, [...flags, ...clientOptions]);
      const core = Array.from({ length: processes }, (_, i) => i % cores).join(' ');
      const script = `for core in ${core}; do taskset -c $core "$0" "$@" & done; wait`;
      return { file: 'sh', args: ['-c', script, file, ...args] };
    }),
  );
  const results = await contest({ lab, contestants, alerts, topic, count, rounds });
  await lab.removeTopic(topic);
  console.log(`\n${count} ${alerts.origin} ANTARES alerts\n\n${describe(results)}`);
  return results;
}

function ourselves(output, settings, command) {
  return {
    name: `${output}, ${settings}`,
    row: { who: 'this client', output, settings },
    finished: 'committed',
    check: outputs[output].check === 'same bytes' ? 'parsed files' : outputs[output].check,
    command,
  };
}

function describe(rows) {
  return table(
    [
      { title: 'what', value: ({ settings }) => settings },
      { title: 'writes', value: ({ output }) => output },
      { title: 'alerts/s', value: (each) => round(each.alertsPerSecond.median), right: true },
      { title: 'CPU ms an alert', value: (each) => each.cpuMillisecondsAnAlert.toFixed(3), right: true },
      { title: '(broker)', value: (each) => each.brokerCpuMillisecondsAnAlert.toFixed(3), right: true },
      { title: 'peak RSS MB', value: (each) => Math.round(each.peakRssMB), right: true },
      { title: 'MB written', value: (each) => Math.round(each.bytesWritten / 1e6), right: true },
    ],
    rows,
  );
}
