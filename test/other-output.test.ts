import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { FindSavedOtherwise } from '../src/broker/start-position.ts';
import type { Log } from '../src/log.ts';
import { findSavedOtherwise } from '../src/other-output.ts';
import { recordName } from '../src/segment/record.ts';
import { newFolder } from './support/client.ts';
import { anyBroker, configOf } from './support/options.ts';
import { putAlert, putJournal, putSegment } from './support/output-folder.ts';

/** Looks, as a run with this output would, at how far `ztf/<partition>` is saved in the other form. */
async function finder(
  dir: string,
  output: 'json' | 'ndjson',
  warnings: string[] = [],
): Promise<(partition: number, from: number | null, high?: number) => Promise<number>> {
  const config = await configOf(['ztf', '-d', dir, '--output', output, ...anyBroker]);
  const log = { warn: (text: string) => warnings.push(text) } as unknown as Log;
  const find: FindSavedOtherwise = findSavedOtherwise(config, 'me', log);
  return async (partition, from, high = 1_000) =>
    (await find({ topic: 'ztf', partition }, from, high))?.next ?? 0;
}

/** A folder whose journal of `ztf/0` has these lines: a number is an alert, a text stands as it is. */
function journaled(t: TestContext, lines: readonly (object | string | number)[]): string {
  const dir = newFolder(t);
  putJournal(
    dir,
    'ztf',
    0,
    lines.map((line) => (typeof line === 'number' ? putAlert(dir, line, `ztf/${line}.json`) : line)),
  );
  return dir;
}

const last = (offset: number): object => ({ last: offset, timestampMs: 1, bytes: 7, crc32c: '00000007' });
const alerts = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

test('segments know how far the files of a folder reach, and files how far its segments do', async (t) => {
  const dir = journaled(t, [{ start: 0, behind: 'start' }, 0, last(0)]);
  putSegment(dir, { topic: 'ztf', partition: 1, first: 0, last: 9 });
  const ends = async (output: 'json' | 'ndjson'): Promise<number[]> => {
    const find = await finder(dir, output);
    return Promise.all([0, 1, 2].map((partition) => find(partition, 0)));
  };
  assert.deepEqual(await ends('ndjson'), [1, 0, 0]);
  assert.deepEqual(await ends('json'), [0, 10, 0]);
  assert.equal(await (await finder(dir, 'json'))(1, 0, 9), 0, 'it is of another topic of this name');
  // As a mount that is away: it is waited for when it is written to.
  symlinkSync('2', join(dir, 'ztf', '2'));
  assert.deepEqual(await ends('json'), [0, 10, 0]);
  // Nobody knows what it covered: to begin before it would save all of that once more.
  writeFileSync(join(dir, 'ztf', '1', recordName(0)), '{"format":1}\n');
  await assert.rejects(ends('json'), { code: 'OUTPUT', message: /cannot be believed/ });
});

test('files are gone on behind from each offset that they reach down to, whatever runs they came from', async (t) => {
  const dir = journaled(t, [
    { start: 10, behind: 'commit' },
    ...alerts(10, 5),
    { start: 18, behind: 'given' },
    ...alerts(18, 2),
    last(19),
    { start: 14, behind: 'given' },
    ...alerts(14, 3),
    { from: 17, to: 17, outcome: 'filtered' },
    last(17),
    // Torn: 21 of 2107.
    '{"offset":21',
  ]);
  const find = await finder(dir, 'ndjson');
  assert.equal(await find(0, 10), 20);
  assert.equal(await find(0, 17), 20);
  assert.equal(await find(0, 20), 20);
  assert.equal(await find(0, 25), 0);
  assert.equal(await find(0, 5, 19), 0, 'it is of another topic of this name');
  await assert.rejects(find(0, 5), /of ztf\/0 from offset 10 to 19, .* not offsets 5 to 9, .*\(it is at 5\)/);
});

test('who begins at the end of a topic goes on behind files that begin anywhere', async (t) => {
  const find = await finder(
    journaled(t, [{ start: 90, behind: 'start' }, ...alerts(90, 10), last(99)]),
    'ndjson',
  );
  assert.equal(await find(0, null), 100);
  await assert.rejects(find(0, 0), /not offsets 0 to 89/);
});

test('what had expired before the files begin is no hole', async (t) => {
  const dir = journaled(t, [3, { start: 90, behind: 'expired' }, ...alerts(90, 10), last(99)]);
  assert.equal(await (await finder(dir, 'ndjson'))(0, 20), 100);
});

test('what stands before a beginning at the start of a group does not count: it may be of an earlier topic', async (t) => {
  const dir = journaled(t, [
    { start: 0, behind: 'start' },
    ...alerts(0, 9),
    last(8),
    { start: 0, behind: 'start' },
    ...alerts(0, 3),
    last(2),
  ]);
  const find = await finder(dir, 'ndjson');
  assert.equal(await find(0, 0), 3);
  assert.equal(await find(0, 3), 3);
  assert.equal(await find(0, 4), 0);
});

test('a journal hands on the last message that it knows, by which the topic is known again, and without one nothing is passed over', async (t) => {
  const dir = journaled(t, [{ start: 0, behind: 'start' }, 0, last(0), ...alerts(1, 3), last(3), last(2), 4]);
  const config = await configOf(['ztf', '-d', dir, '--output', 'ndjson', ...anyBroker]);
  const find = findSavedOtherwise(config, 'me', { warn: () => undefined } as unknown as Log);
  const { last: offset, ...rest } = last(3) as { last: number };
  for (const from of [0, 4, 5, null])
    assert.deepEqual(
      (await find({ topic: 'ztf', partition: 0 }, from, 1_000))?.lastMessage,
      { offset, ...rest },
      String(from),
    );
  const old = await finder(journaled(t, [{ start: 0, behind: 'start' }, ...alerts(0, 5)]), 'ndjson');
  await assert.rejects(
    old(0, 3),
    /up to offset 4, .* of an earlier version, .* whether the topic was made again/,
  );
  assert.equal(await old(0, 5), 5);
});

test('nothing is passed over whose file is gone or another, and a name holds the content of its highest offset', async (t) => {
  const dir = newFolder(t);
  const low = putAlert(dir, 0, 'ztf/same.json', '{"candid": "low"}');
  const lines = [
    { start: 0, behind: 'start' },
    low,
    ...[1, 2, 3].map((offset) => putAlert(dir, offset, `ztf/${offset}.json`)),
    { from: 4, to: 5, outcome: 'filtered' },
    putAlert(dir, 6, 'ztf/same.json', '{"candid": "high"}'),
    // Saved again, by a run that began before.
    low,
    last(6),
  ];
  putJournal(dir, 'ztf', 0, lines);
  const find = await finder(dir, 'ndjson');
  assert.equal(await find(0, 0), 7);
  rmSync(join(dir, 'ztf/3.json'));
  await assert.rejects(
    find(0, 0),
    /^ClientError: ztf\/3\.json is not there, .* of offset 3, .* behind offset 6,/,
  );
  writeFileSync(join(dir, 'ztf/2.json'), '{"candid": 9}');
  await assert.rejects(find(0, 2), /^ClientError: ztf\/2\.json is not .* of offset 2,/);
  await assert.rejects(find(0, null), /of offset 2,/);
  assert.equal(await find(0, 4), 7);
});

test('files are written from the first hole of the segments on, which is told', async (t) => {
  const dir = newFolder(t);
  for (const [first, last] of [
    [0, 9],
    [10, 14],
    [30, 39],
    [60, 69],
  ] as const)
    putSegment(dir, { topic: 'ztf', partition: 0, first, last });
  const warnings: string[] = [];
  const find = await finder(dir, 'json', warnings);
  assert.equal(await find(0, 5), 15);
  assert.match(
    warnings.join(),
    /ztf\/0: .* end at offset 69, .* not hold offsets 15 to 29: .* begins at 15,/,
  );
  assert.equal(await find(0, 20), 0);
  assert.match(warnings[1] ?? '', /not hold offsets 20 to 29: .* begins at 20,/);
  assert.equal(await find(0, 61), 70);
  assert.equal(await find(0, null), 70);
  assert.equal(warnings.length, 2);
  putSegment(dir, { topic: 'ztf', partition: 0, first: 80, last: 89, behind: 'expired' });
  assert.equal(await find(0, 5), 90);
});
