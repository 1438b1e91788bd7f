import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { keepBlock } from '../../src/status/terminal.ts';
import { screenAfter } from '../support/screen.ts';

test('a block whose midst gets longer or shorter is shown as it is, and leaves nothing behind', () => {
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
  const block = keepBlock(screen, []);
  for (const lines of [
    ['topic', 'ztf 1', 'bar 0 %'],
    ['topic', 'ztf 2', 'lsst 1', 'bar 0 %'],
    ['topic', 'ztf 3', 'lsst 2', 'ztf/0 waits', 'bar 0 %'],
    ['topic', 'ztf 4', 'lsst 3', 'bar 0 %'],
    ['topic', 'lsst 4', 'bar 0 %'],
  ]) {
    block.draw(lines);
    assert.deepEqual(screenAfter(sent).filter(Boolean), lines);
  }
  block.end();
  assert.deepEqual(screenAfter(sent).filter(Boolean), []);
});
