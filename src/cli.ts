#!/usr/bin/env node
import './process-title.ts';
import { tooFewOpenFiles } from './open-files.ts';

// All others are imported later: where they cannot be opened, Node would say so with a stack.
const refusal = tooFewOpenFiles();
if (refusal === null) {
  await import('./command-line.ts');
} else {
  process.stderr.write(`antares-client: It cannot start: ${refusal}.\n`);
  process.exitCode = 1;
}
