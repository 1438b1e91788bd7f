import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { filesIn, jsonAlert, startClient } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { readRows, skipReaders } from '../support/readers.ts';
import { numbersBelow } from '../support/saved.ts';
import { mountTmpfs, skipMount } from '../support/tmpfs.ts';

const COUNT = 500;
const skip = skipKafka !== false ? skipKafka : skipMount !== false ? skipMount : skipReaders;

for (const output of ['avro', 'parquet']) {
  test(`${output}: a disk that fills up while a segment gets its form is waited for; when there is room again everything is saved`, {
    skip,
  }, async (t) => {
    // Room for what came, but not for its form beside it.
    const { dir, remount } = mountTmpfs(t, '2m');
    const topic = await newTopic();
    const group = unique('group');
    // Hard to compress.
    const alert = (i: number): Buffer => jsonAlert(i, { noise: randomBytes(2_000).toString('base64') });
    await produce(
      topic,
      numbersBelow(COUNT).map((i) => ({ value: alert(i) })),
    );
    const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
    const args = [topic, '-d', dir, '-g', group, '--output', output, '--until-end', ...broker];
    const client = startClient(t, [...args, '--stall-timeout', '3s']);
    await client.says(/cannot be written.*ENOSPC.*it is tried again every second/);
    const before = performance.now();
    await until('the client has waited', () => performance.now() - before > 5_000);
    const [committed = 0] = (await groupOffsets(group, topic)).committed;
    assert.ok(committed <= 0, `nothing may be committed, but ${committed} is`);
    assert.ok(!filesIn(dir).some((path) => path.endsWith('.record')), 'and nothing published');
    remount('size=50m');
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.equal(stderr.match(/ENOSPC/g)?.length, 1, `it is told once: ${stderr}`);
    const rows = [...readRows(dir).values()].flatMap((found) => found as { candid: number }[]);
    assert.deepEqual(
      rows.map(({ candid }) => candid),
      numbersBelow(COUNT),
    );
    assert.ok(!filesIn(dir).some((path) => path.endsWith('.tmp')), 'no temporary stays');
    assert.deepEqual((await groupOffsets(group, topic)).committed, [COUNT]);
  });
}
