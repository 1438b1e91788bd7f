// npm run fuzz: spoilt messages of every format, and what became of them. `npm run fuzz -- --help` tells more.
import { fuzzHelp } from './fuzz-help.mjs';
import { setUp } from './setup.mjs';

if (process.argv.includes('-h') || process.argv.includes('--help')) {
  console.log(fuzzHelp);
} else {
  setUp();
  await import('../build/test/fuzz/command.js');
}
