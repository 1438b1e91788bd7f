// npm run torture: faults of all kinds against the built client and a real Apache Kafka. `npm run torture -- --help` tells more.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installKafka } from './kafka-install.mjs';
import { installReaders } from './readers.mjs';
import { setUp } from './setup.mjs';
import { tortureHelp } from './torture-help.mjs';

if (process.argv.includes('-h') || process.argv.includes('--help')) console.log(tortureHelp);
else torture(process.argv.slice(2));

function torture(words) {
  setUp();
  installKafka();
  // Avro and Parquet are read by programs of others.
  if (words.some((word) => /avro|parquet/.test(word))) installReaders();
  const main = join(import.meta.dirname, '..', 'build', 'test', 'torture', 'main.js');
  const chamber = spawn(process.execPath, [main, ...words], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => chamber.kill(signal));
  chamber.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
