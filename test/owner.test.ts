import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../src/log.ts';
import { enterOwner } from '../src/owner.ts';
import { newFolder } from './support/client.ts';

test('who enters while the last one leaves, and takes the folder along, gets in', async (t) => {
  const dir = newFolder(t);
  const comeAndGo = async (writer: string): Promise<void> => {
    for (let round = 0; round < 300; round++) {
      const leave = await enterOwner({
        outputDir: dir,
        writer,
        group: 'astronomers',
        brokers: 'localhost:9092',
        share: false,
        alone: false,
        log: silentLog,
      });
      await leave();
    }
  };
  await assert.doesNotReject(Promise.all(['a', 'b', 'c'].map(comeAndGo)));
});
