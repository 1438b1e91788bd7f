import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { endInOtherOutput } from '../src/other-output.ts';
import { recordName } from '../src/segment/record.ts';
import { newFolder } from './support/client.ts';
import { anyBroker, configOf } from './support/options.ts';
import { putAlert, putJournal, putSegment } from './support/output-folder.ts';

test('segments know where the files of a folder end, and files where its segments do', async (t) => {
  const dir = newFolder(t);
  putJournal(dir, 'ztf', 0, [{ start: 0, behind: 'start' }, putAlert(dir, 0, 'ztf/70.json')]);
  putSegment(dir, { topic: 'ztf', partition: 1, first: 0, last: 9 });
  const ends = async (...options: string[]): Promise<number[]> => {
    const config = await configOf(['ztf', '-d', dir, ...options, ...anyBroker]);
    const endOf = endInOtherOutput(config, 'me');
    return Promise.all([0, 1, 2].map((partition) => endOf({ topic: 'ztf', partition })));
  };
  assert.deepEqual(await ends('--output', 'ndjson'), [1, 0, 0]);
  assert.deepEqual(await ends('--output', 'json'), [0, 10, 0]);
  // As a mount that is away: it is waited for when it is written to.
  symlinkSync('2', join(dir, 'ztf', '2'));
  assert.deepEqual(await ends('--output', 'json'), [0, 10, 0]);
  // Nobody knows what it covered: to begin before it would save all of that once more.
  writeFileSync(join(dir, 'ztf', '1', recordName(0)), '{"format":1}\n');
  await assert.rejects(ends('--output', 'json'), { code: 'OUTPUT', message: /cannot be believed/ });
});
