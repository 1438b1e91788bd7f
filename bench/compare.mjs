// The client and its neighbours, side by side on the same topic.
import { alertsOf } from './alerts.mjs';
import { client } from './contestants/client.mjs';
import { bestPython, original } from './contestants/python.mjs';
import { kafkaJs, kcat, nodeRdkafka, nodeRdkafkaWriting, platformatic } from './contestants/transport.mjs';
import { contest } from './contest.mjs';
import { measureDisk } from './disk.mjs';
import { round, table } from './table.mjs';

export async function compare(lab, options) {
  const { samplesDir, count, rounds } = options;
  const surveys = [];
  for (const survey of options.surveys) {
    const alerts = alertsOf(survey, samplesDir);
    const topic = `bench_${survey}`;
    const bytes = await lab.fill(topic, { alerts, count });
    const about = { survey, origin: alerts.origin, count, meanBytes: Math.round(bytes / count) };
    console.log(`\n${survey}: ${count} ${alerts.origin} alerts of ${round(bytes / count / 1000)} kB`);
    const contestants = [...neighbours(survey, options), ...ourselves(options)];
    const tell = ({ name }, turn, { alertsPerSecond }) => {
      console.log(`  round ${turn + 1}: ${name}: ${round(alertsPerSecond)} alerts/s`);
    };
    const disk = measureDisk(
      lab.folder,
      alerts.message(0),
      Math.min(count, Math.ceil(1e9 / alerts.meanBytes)),
    );
    const results = await contest({ lab, contestants, alerts, topic, count, rounds, tell });
    await lab.removeTopic(topic);
    surveys.push({ ...about, disk, results });
    console.log(`\n${describe(surveys.at(-1))}\n`);
  }
  return { surveys };
}

function ourselves({ outputs, workers, batchSizes, durabilities, clientOptions }) {
  return outputs.flatMap((output) =>
    workers.flatMap((count) =>
      batchSizes.flatMap((batchSize) =>
        durabilities.map((durability) =>
          client(output, { workers: count, batchSize, durability, options: clientOptions }),
        ),
      ),
    ),
  );
}

function neighbours(survey, { neighbours: wanted, outputs }) {
  const python = [];
  if (wanted.includes('original') && survey === 'antares') python.push(original());
  if (wanted.includes('python')) {
    if (outputs.some((each) => each.startsWith('json'))) {
      if (survey === 'antares') python.push(bestPython('json-4'));
      python.push(bestPython('json-2'));
    }
    if (outputs.includes('ndjson')) python.push(bestPython('ndjson'));
    // BSON has no schema that columns could be made of before the last alert.
    if (outputs.includes('parquet') && survey !== 'antares') python.push(bestPython('parquet'));
  }
  const transport = wanted.includes('transport')
    ? [kcat(), nodeRdkafka(), nodeRdkafkaWriting(), kafkaJs(), platformatic()]
    : [];
  return [...python, ...transport.filter((each) => each !== null)];
}

/** One survey's table. Ratios are to what stands in the same run. */
export function describe({ survey, origin, count, meanBytes, disk, results }) {
  const baseline = results.find(({ who }) => who.startsWith('original'))?.alertsPerSecond.median;
  const best = (output) =>
    results.find(({ who, output: its }) => who === 'best Python' && its === pythonOf[output])?.alertsPerSecond
      .median;
  const ratio = (of) => (each) => {
    const base = of(each);
    return base === undefined ? '' : `${(each.alertsPerSecond.median / base).toFixed(2)} ×`;
  };
  const columns = [
    { title: 'who', value: ({ who }) => who },
    { title: 'writes', value: ({ output }) => output },
    { title: 'settings', value: ({ settings }) => settings },
    { title: 'alerts/s', value: (each) => round(each.alertsPerSecond.median), right: true },
    {
      title: 'min – max',
      value: ({ alertsPerSecond: { min, max } }) => `${round(min)} – ${round(max)}`,
      right: true,
    },
    { title: 'to the original', value: ratio(() => baseline), right: true },
    {
      title: 'to best Python',
      value: ratio(({ who, output }) => (who === 'this client' ? best(output) : undefined)),
      right: true,
    },
    { title: 'CPU ms an alert', value: (each) => each.cpuMillisecondsAnAlert.toFixed(2), right: true },
    { title: '(broker)', value: (each) => each.brokerCpuMillisecondsAnAlert.toFixed(2), right: true },
    { title: 'peak RSS MB', value: (each) => Math.round(each.peakRssMB), right: true },
    { title: 'MB written', value: (each) => Math.round(each.bytesWritten / 1e6), right: true },
  ];
  const head = `**${survey}**: ${count} ${origin} alerts of ${round(meanBytes / 1000)} kB; this disk takes ${round(disk.noneMBPerSecond)} MB/s of it into the page cache, ${round(disk.diskMBPerSecond)} MB/s with an fsync at the end.`;
  return `${head}\n\n${table(columns, results)}`;
}

/** Which of Python's outputs says the same as one of the client's. */
const pythonOf = { 'json-4': 'json-2', 'json-0': 'json-2', ndjson: 'ndjson', parquet: 'parquet' };
