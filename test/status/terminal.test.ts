import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { keepBlock } from '../../src/status/terminal.ts';
import { screenAfter } from '../support/screen.ts';

/** A terminal of 80 × 24, and what it was sent. */
function terminal(): { screen: NodeJS.WriteStream; shown: () => string[] } {
  let sent = '';
  const screen = Object.assign(
    new Writable({
      write: (chunk, _encoding, done) => {
        // As a terminal's driver does.
        sent += String(chunk).replaceAll('\n', '\r\n');
        done();
      },
    }),
    { columns: 80, rows: 24, isTTY: true },
  ) as unknown as NodeJS.WriteStream;
  return { screen, shown: () => screenAfter(sent).filter(Boolean) };
}

test('a block whose midst gets longer or shorter is shown as it is, and leaves nothing behind', () => {
  const { screen, shown } = terminal();
  const block = keepBlock(screen, []);
  for (const lines of [
    ['topic', 'ztf 1', 'bar 0 %'],
    ['topic', 'ztf 2', 'lsst 1', 'bar 0 %'],
    ['topic', 'ztf 3', 'lsst 2', 'ztf/0 waits', 'bar 0 %'],
    ['topic', 'ztf 4', 'lsst 3', 'bar 0 %'],
    ['topic', 'lsst 4', 'bar 0 %'],
  ]) {
    block.draw(lines);
    assert.deepEqual(shown(), lines);
  }
  block.end();
  assert.deepEqual(shown(), []);
});

test('a block that is stopped with Ctrl-Z goes on below what the shell writes', async () => {
  // A process group of its own, which nobody could continue: there the system lets a stop be.
  const program = `
    import { Writable } from 'node:stream';
    import { keepBlock } from ${JSON.stringify(new URL('../../src/status/terminal.js', import.meta.url).href)};
    const shell = (text) => process.stdout.write(text.replaceAll('\\n', '\\r\\n'));
    const screen = Object.assign(
      new Writable({ write: (chunk, _, done) => { shell(String(chunk)); done(); } }),
      { columns: 80, rows: 24, isTTY: true },
    );
    const block = keepBlock(screen, []);
    block.draw(['topic', 'ztf 1']);
    const keepAlive = setInterval(() => undefined, 1_000);
    process.once('SIGTSTP', () => {
      clearInterval(keepAlive);
      shell('\\n$ fg\\n');
      block.draw(['topic', 'ztf 2']);
      process.exitCode = 7;
    });
    process.kill(process.pid, 'SIGTSTP');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [sent, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  assert.equal(code, 7);
  assert.deepEqual(screenAfter(sent).filter(Boolean), ['topic', 'ztf 1', '$ fg', 'topic', 'ztf 2']);
});
