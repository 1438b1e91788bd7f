import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newFolder } from './support/client.ts';
import { until } from './support/kafka.ts';
import { projectRoot } from './support/samples.ts';

/** A process that ends with 3 while a thread of its pool waits for somebody to write to a pipe. */
async function endingProcess(t: TestContext, graceS: number) {
  const pipe = join(newFolder(t), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const script = `
    import { open } from 'node:fs';
    import { endProcess } from ${JSON.stringify(join(projectRoot, 'build', 'src', 'exit.js'))};
    open(${JSON.stringify(pipe)}, 'r', () => undefined);
    // The thread is at it once a job behind it is done.
    open('/dev/null', 'r', () => {
      process.stdout.write('ending', () => endProcess(3, ${graceS}));
    });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  return { pipe, ended };
}

test('a thread that comes back from what it was at costs nobody the exit code', async (t) => {
  const { pipe, ended } = await endingProcess(t, 60);
  closeSync(openSync(pipe, 'w'));
  assert.deepEqual(await ended, [3, null]);
});

test('a process whose thread never comes back is ended from outside', async (t) => {
  const { ended } = await endingProcess(t, 1);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
});

const noTerminal = existsSync('/usr/bin/script') ? false : 'script(1) is not installed';

test('a terminal that was closed meanwhile costs nobody the exit code', { skip: noTerminal }, async (t) => {
  const dir = newFolder(t);
  const [script, code] = [join(dir, 'script.mjs'), join(dir, 'code')];
  writeFileSync(
    script,
    `import { isatty } from 'node:tty';
    import { endProcess } from ${JSON.stringify(join(projectRoot, 'build', 'src', 'exit.js'))};
    setInterval(() => { if (!isatty(2)) endProcess(3); }, 20);
    process.stdout.write('ready');`,
  );
  // The shell stays to tell how it ended.
  const command = `trap '' HUP; '${process.execPath}' '${script}'; echo $? > '${code}'`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(terminal.stdout, 'data');
  terminal.kill('SIGKILL');
  await until('an exit code', () => existsSync(code) && readFileSync(code, 'utf8') !== '');
  assert.equal(readFileSync(code, 'utf8'), '3\n');
});
