// npm run soak: the client at full rate for a long while. `npm run soak -- --help` tells more.
import { installKafka } from './kafka-install.mjs';
import { setUp } from './setup.mjs';
import { soakHelp } from './soak-help.mjs';

if (process.argv.includes('-h') || process.argv.includes('--help')) {
  console.log(soakHelp);
} else {
  setUp();
  installKafka();
  await import('./soak-run.mjs');
}
