import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFolder, startClient } from '../support/client.ts';
import { put, putSegment } from '../support/output-folder.ts';

test('verify ends with 0 where all is well, with 1 and the first examples where not, with 2 where there is nothing', async (t) => {
  const dir = newFolder(t);
  const base = putSegment(dir, { topic: 'ztf', partition: 0, first: 0, last: 9 });
  const good = await startClient(t, ['verify', dir]).ended;
  assert.equal(good.code, 0, good.stderr);
  assert.match(good.stdout, /ztf\/0 +ndjson +0–9 +10 .*\n\nNothing is lost, doubled or torn\.\n$/);
  rmSync(join(dir, `${base}.ndjson`));
  const bad = await startClient(t, ['verify', dir]).ended;
  assert.equal(bad.code, 1);
  assert.match(
    bad.stdout,
    /10 lost:\n {2}ztf\/0\/0{20}\.ndjson, offsets 0–9: the record is there, the segment is not\n/,
  );
  assert.match(bad.stderr, /is not clean: 10 lost\.\n$/);
  for (const args of [['verify'], ['verify', join(dir, 'nowhere')], ['verify', dir, '--agianst', 'x:1']]) {
    const wrong = await startClient(t, args).ended;
    assert.equal(wrong.code, 2, wrong.stderr);
  }
});

test('the report shows by an ellipsis that it leaves something out, and only then', async (t) => {
  const dir = newFolder(t);
  const bases = [0, 10, 20, 30, 40, 50].map((first) =>
    putSegment(dir, { topic: 'ztf', partition: 0, first, last: first + 9 }),
  );
  const report = async (): Promise<string> => (await startClient(t, ['verify', dir]).ended).stdout;
  for (const base of bases.slice(0, 5)) rmSync(join(dir, `${base}.ndjson`));
  assert.doesNotMatch(await report(), /…/);
  rmSync(join(dir, `${bases[5]}.ndjson`));
  assert.match(await report(), /60 lost:\n(?: {2}ztf.*\n){5} {2}…\n/);
});

test('verify refuses a folder that is no output folder, and names the one above it', async (t) => {
  const dir = newFolder(t);
  put(dir, 'segments/ztf/0/stamps/0/a.fits.gz', 'image');
  putSegment(join(dir, 'segments'), { topic: 'ztf', partition: 0, first: 0, last: 9 });
  put(dir, 'files/_journal/ztf/0.ndjson', '');
  put(dir, 'files/ztf/deep/a.json', '{}');
  put(dir, 'files/ztf/.antares-00000000-1-00000000.1-2.tmp', 'half');
  for (const [part, whole] of [
    ['segments/ztf', 'segments'],
    ['segments/ztf/0', 'segments'],
    ['files/ztf', 'files'],
    ['files/ztf/deep', 'files'],
    ['files/_journal', 'files'],
  ] as const) {
    const { code, stdout, stderr } = await startClient(t, ['verify', join(dir, part)]).ended;
    assert.equal(code, 2, part);
    assert.equal(stdout, '');
    assert.ok(stderr.includes(`is a part of the output folder ${join(dir, whole)}, which`), stderr);
  }
  put(dir, 'unrelated/ztf/a.json', '{}');
  const { code, stdout, stderr } = await startClient(t, ['verify', join(dir, 'unrelated')]).ended;
  assert.equal(code, 2, stdout);
  assert.ok(stderr.includes(`${join(dir, 'unrelated')} is no output folder`), stderr);
  assert.equal((await startClient(t, ['verify', join(dir, 'files')]).ended).code, 0);
});

test('of a folder to which nothing came yet, verify does not say that all is there', async (t) => {
  const { code, stdout } = await startClient(t, ['verify', newFolder(t)]).ended;
  assert.equal(code, 0);
  assert.match(stdout, /Nothing was saved here yet/);
  assert.doesNotMatch(stdout, /Nothing is lost/);
});
