import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { letterBytes, listLetters } from '../../src/web/letters.ts';
import { newFolder } from '../support/client.ts';
import { putLetter } from '../support/output-folder.ts';

test('dead letters are listed the latest first, and what is broken or gone is left out', async (t) => {
  const dir = newFolder(t);
  assert.deepEqual(await listLetters(dir), { letters: [], total: 0 });
  const folder = join(dir, '_dead-letter', 'a%2Fb');
  mkdirSync(folder, { recursive: true });
  const put = (offset: number, timestampMs: number): void => {
    const error = { code: 'BAD_JSON', text: '<b>bad</b>' };
    const sidecar = { topic: 'a/b', partition: 3, offset, timestampMs, bytes: 2, error };
    writeFileSync(join(folder, `3-${offset}.json`), JSON.stringify(sidecar));
    writeFileSync(join(folder, `3-${offset}.bin`), `${offset}!`);
  };
  put(7, 1_000);
  put(12, 2_000);
  writeFileSync(join(folder, '3-99.json'), '{"half');
  writeFileSync(join(folder, 'notes.txt'), '');
  writeFileSync(join(dir, '_dead-letter', 'file'), '');
  const { letters } = await listLetters(dir);
  assert.deepEqual(
    letters.map(({ name }) => name),
    ['a%2Fb/3-12', 'a%2Fb/3-7'],
  );
  assert.deepEqual(letters[1], {
    ...{ name: 'a%2Fb/3-7', topic: 'a/b', partition: 3, offset: 7, timestampMs: 1_000, bytes: 2 },
    ...{ code: 'BAD_JSON', text: '<b>bad</b>' },
  });
  assert.equal((await letterBytes(dir, 'a%2Fb/3-7')).toString(), '7!');
});

test('of more dead letters than are shown the newest are, and how many there are is told', async (t) => {
  const dir = newFolder(t);
  for (let offset = 0; offset < 205; offset++) putLetter(dir, 'ztf', 0, offset);
  const { letters, total } = await listLetters(dir);
  assert.deepEqual([letters.length, letters[0]?.offset, total], [200, 204, 205]);
});

test('no name of a dead letter leads anywhere else', async (t) => {
  const dir = newFolder(t);
  mkdirSync(join(dir, '_dead-letter', 'topic'), { recursive: true });
  writeFileSync(join(dir, '1-1.bin'), 'secret');
  for (const name of [
    '../1-1',
    '..',
    './1-1',
    'topic/../../1-1',
    'topic/../1-1',
    '/1-1',
    '',
    'topic/1-1',
    'topic\0/1-1',
  ])
    await assert.rejects(letterBytes(dir, name), { status: 404 }, name);
});
