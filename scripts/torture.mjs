// npm run torture: faults of all kinds against the built client and a real Apache Kafka. `npm run torture -- --help` tells more.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installKafka } from './kafka-install.mjs';
import { setUp } from './setup.mjs';

setUp();
installKafka();
const main = join(import.meta.dirname, '..', 'build', 'test', 'torture', 'main.js');
const chamber = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => chamber.kill(signal));
chamber.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
