import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { afterwards } from './after.ts';
import { cliFile, newFolder } from './client.ts';

/** A client on a terminal of its own. */
export interface Terminal {
  /** All that it has sent so far. */
  readonly sent: () => string;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** Gives the terminal so many columns. */
  resize(columns: number): void;
}

/** Starts the built command on a pseudo terminal, which util-linux's `script` makes. */
export function onTerminal(
  t: TestContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  columns = 120,
): Terminal {
  const ttyFile = join(newFolder(t), 'tty');
  const words = [process.execPath, cliFile, ...args].map(quote).join(' ');
  // Standard output is no terminal: only what goes to standard error is looked at.
  const command = `tty > ${quote(ttyFile)}; stty cols ${columns} rows 24; exec ${words} > /dev/null`;
  const child: ChildProcess = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // What a test runner sets for its own output counts for nothing here.
    env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: undefined, ...env },
  });
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  afterwards(t, async () => {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  });
  return {
    sent: () => text,
    ended,
    resize: (to) => {
      spawnSync('stty', ['-F', readFileSync(ttyFile, 'utf8').trim(), 'cols', String(to)]);
    },
  };
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
