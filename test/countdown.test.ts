import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { afterwards } from './support/after.ts';
import { until } from './support/kafka.ts';

const MS = 600;

test('the time in which a process stands still does not count', async (t) => {
  const module = new URL('../src/countdown.js', import.meta.url).href;
  const program = `
    import { countDown } from ${JSON.stringify(module)};
    process.on('SIGCONT', () => console.log('awake'));
    countDown(${MS}, () => { console.log('over'); process.exit(); });
    console.log('begun');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  afterwards(t, () => {
    child.kill('SIGKILL');
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await until('it counts', () => said !== '');
  child.kill('SIGSTOP');
  const stoppedMs = performance.now();
  await until('the time would be over', () => performance.now() - stoppedMs > 2 * MS);
  child.kill('SIGCONT');
  await once(child, 'close');
  assert.equal(said, 'begun\nawake\nover\n');
});
