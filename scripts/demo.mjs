// npm run demo: a small night, end to end, on this machine alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

const root = join(import.meta.dirname, '..');
/** Alerts a survey. With their sizes this stays far below the mock broker's 5 MiB a partition. */
const COUNTS = { antares: 120, ztf: 60, lsst: 60 };

try {
  setUp();
  process.exitCode = await demo();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// librdkafka's mock broker would linger.
process.exit();

async function demo() {
  const { startMockBroker } = await import('../build/src/simulate/mock-broker.js');
  const { simulateNight } = await import('../build/src/simulate/night.js');
  const { AlertProducer } = await import('../build/src/broker/producer.js');
  const { writeLsstSchema } = await import('../build/src/simulate/schema-files.js');

  const startMs = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'antares-demo-'));
  const schemaDir = join(dir, 'schemas');
  await writeLsstSchema(schemaDir);

  console.log('1. A broker in this process (librdkafka’s mock cluster).');
  const broker = await startMockBroker();

  console.log('2. A small night: alerts of ANTARES, ZTF and LSST, simulated.');
  const producer = await AlertProducer.connect({ 'bootstrap.servers': broker.bootstrapServers });
  const expected = [];
  for (const [survey, count] of Object.entries(COUNTS)) {
    for (const { value, name } of simulateNight({ survey, seed: 20261124, count })) {
      await producer.send({ topic: `demo_${survey}`, partition: null, value });
      expected.push(join(dir, `demo_${survey}`, `${name}.json`));
    }
  }
  await producer.flush();
  await producer.close();

  const topics = Object.keys(COUNTS).map((survey) => `demo_${survey}`);
  const options = [
    '--bootstrap-servers',
    broker.bootstrapServers,
    '--output-dir',
    dir,
    '--schema-dir',
    schemaDir,
    '--group',
    'demo',
    '--until-end',
    '--log-format',
    'pretty',
  ];
  console.log(
    `3. The client, until the end:\n\n   antares-client ${topics.join(',')} ${options.join(' ')}\n`,
  );
  const { status, stderr } = await runClient([topics.join(','), ...options]);
  console.log(stderr.replace(/^/gm, '   '));

  const lost = expected.filter((file) => !existsSync(file));
  const broken = expected.filter((file) => existsSync(file) && !parses(file));
  console.log(
    `4. Of ${expected.length} alerts produced ${expected.length - lost.length} are on disk, ${lost.length} lost, ${broken.length} damaged.\n`,
  );
  console.log(`Look: ${dir}\n      ${expected[0]}\n`);
  console.log(
    'With a real broker:\n\n   antares-client extragalactic_staging --api-key KEY --api-secret-file FILE --output-dir alerts\n',
  );
  console.log(`Done in ${((performance.now() - startMs) / 1000).toFixed(1)} s.`);
  return status === 0 && lost.length === 0 && broken.length === 0 ? 0 : 1;
}

/** Not spawnSync: the broker lives in this process and must go on. */
async function runClient(args) {
  const client = spawn(process.execPath, [join(root, 'build', 'src', 'cli.js'), ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let stderr = '';
  client.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const [status] = await once(client, 'close');
  return { status, stderr };
}

function parses(file) {
  try {
    JSON.parse(readFileSync(file, 'utf8').replaceAll(/\bNaN\b/g, 'null'));
    return true;
  } catch {
    return false;
  }
}
