// Runs a command for as long as somebody holds the other end of standard input. When that one is gone, however it went,
// the command ends and its folder is removed.
//
//   node guard.mjs FOLDER COMMAND ARG…
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';

const [folder, command, ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

let over = false;
function end() {
  if (over) return;
  over = true;
  child.kill('SIGKILL');
}
process.stdin.on('end', end).on('error', end).on('close', end).resume();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
// The holder tells by signals to the broker itself what it wants of it; here only the end counts.
process.send?.({ pid: child.pid });
child.on('error', (error) => {
  console.error(`${command} cannot be run: ${error.message}`);
  process.exitCode = 1;
  process.stdin.destroy();
});
child.on('exit', (code) => {
  if (over) rmSync(folder, { recursive: true, force: true });
  process.exit(over ? 0 : (code ?? 1));
});
