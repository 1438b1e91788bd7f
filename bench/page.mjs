// npm run bench -- page: what the page of --web costs a client at full rate, with nobody and with Chromium looking, on the same machine.
import { join } from 'node:path';
import { alertsOf } from './alerts.mjs';
import { contest } from './contest.mjs';
import { clientCommand, outputs } from './contestants/client.mjs';
import { round, table } from './table.mjs';

/** Enough that opening the page is a small part of the run. */
const ALERTS = 200_000;
const watched = join(import.meta.dirname, 'contestants', 'watched.mjs');

export async function page(lab, { workers, rounds, durabilities, clientOptions }) {
  const alerts = alertsOf('lsst', null, { small: true });
  const topic = lab.fresh();
  await lab.fill(topic, { alerts, count: ALERTS });
  const contestant = (settings, more, isWatched) => ({
    name: settings,
    row: { who: 'this client', output: 'ndjson', settings },
    finished: 'committed',
    check: outputs.ndjson.check,
    command: (where) => {
      const flags = ['--workers', String(workers.at(-1)), '--durability', durabilities[0], '--until-end'];
      const command = clientCommand(where, [...outputs.ndjson.flags, ...flags, ...more, ...clientOptions]);
      return isWatched ? { ...command, args: [watched, ...command.args] } : command;
    },
  });
  const results = await contest({
    ...{ lab, alerts, topic, count: ALERTS, rounds },
    contestants: [
      contestant('without --web', [], false),
      contestant('--web, no page open', ['--web', '0'], false),
      contestant('--web, a page open in Chromium beside it', ['--web', '0'], true),
    ],
  });
  await lab.removeTopic(topic);
  const columns = [
    { title: 'what', value: ({ settings }) => settings },
    { title: 'alerts/s', value: (each) => round(each.alertsPerSecond.median), right: true },
    {
      title: 'from – to',
      value: (each) => `${round(each.alertsPerSecond.min)} – ${round(each.alertsPerSecond.max)}`,
      right: true,
    },
    {
      title: 'CPU ms an alert, with the browser',
      value: (each) => each.cpuMillisecondsAnAlert.toFixed(3),
      right: true,
    },
  ];
  console.log(`\n${ALERTS} small LSST alerts\n\n${table(columns, results)}`);
  return { page: results };
}
