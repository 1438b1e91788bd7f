// npm run bench -- tune: looks for the client's settings that are fastest here, one after the other, and prints the flags.
import { availableParallelism } from 'node:os';
import { alertsOf } from './alerts.mjs';
import { clientCommand, outputs } from './contestants/client.mjs';
import { contest } from './contest.mjs';
import { round, table } from './table.mjs';

/** Less than this is noise, and the smaller setting wins. */
const WORTH = 1.03;
const cores = availableParallelism();

/** In this order: what matters most comes first, and the later ones are tried with the best of the earlier. */
const searches = [
  { flag: '--workers', values: [...new Set([1, Math.max(1, cores - 1), cores, cores + 1])] },
  { flag: '--batch-bytes', values: ['1MB', '2MB', '4MB', '8MB', '16MB'] },
  { flag: '--batch-size', values: [100, 250, 500, 1000, 2000] },
];

export async function tune(lab, options) {
  const { samplesDir, count, rounds, durabilities, clientOptions } = options;
  const [durability] = durabilities.slice(-1);
  const found = [];
  for (const survey of options.surveys) {
    const alerts = alertsOf(survey, samplesDir);
    const topic = `bench_${survey}`;
    await lab.fill(topic, { alerts, count });
    for (const output of options.outputs) {
      console.log(`\n${survey}, ${output}, ${durability}`);
      const best = [];
      for (const { flag, values } of searches) {
        const contestants = values.map((value) =>
          settings(output, [...best, flag, String(value)], ['--durability', durability, ...clientOptions]),
        );
        const results = await contest({ lab, contestants, alerts, topic, count, rounds });
        best.push(flag, fastest(results).settings.split(' ').at(-1));
        const columns = [
          { title: 'flags', value: (each) => each.settings },
          { title: 'alerts/s', value: (each) => round(each.alertsPerSecond.median), right: true },
          { title: 'peak RSS MB', value: (each) => Math.round(each.peakRssMB), right: true },
        ];
        console.log(`${table(columns, results)}\n`);
        found.push({ survey, output, flag, results });
      }
      console.log(`Fastest for ${survey} as ${output}: ${outputs[output].flags.join(' ')} ${best.join(' ')}`);
    }
    await lab.removeTopic(topic);
  }
  return { tuned: found };
}

function settings(output, flags, more) {
  return {
    name: `${output} ${flags.join(' ')}`,
    row: { who: 'this client', output, settings: flags.join(' ') },
    finished: 'committed',
    check: outputs[output].check,
    command: (where) => clientCommand(where, [...outputs[output].flags, '--until-end', ...flags, ...more]),
  };
}

/** The first whose rate none after it beats by more than noise. */
function fastest(results) {
  return results.reduce((best, each) =>
    each.alertsPerSecond.median > best.alertsPerSecond.median * WORTH ? each : best,
  );
}
