// Loaded into the client before itself (--import): notes when each `sync` that it starts began and ended, for the latency of durability.
// A line in the file NOTE_SYNCS: milliseconds since 1970 of its begin and of its end.
import childProcess from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const { spawn } = childProcess;
const file = process.env.NOTE_SYNCS;
if (isMainThread) {
  childProcess.spawn = (command, ...rest) => {
    const beganMs = Date.now();
    const child = spawn(command, ...rest);
    if (command === 'sync')
      child.on('close', (code) => {
        if (code === 0) appendFileSync(file, `${beganMs} ${Date.now()}\n`);
      });
    return child;
  };
  syncBuiltinESMExports();
}
