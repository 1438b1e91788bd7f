import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newWriter, temporaryName } from '../../src/temporary.ts';
import { newFolder } from '../support/client.ts';
import { recordOf } from '../support/segments.ts';
import { ForgetfulFiles, type FileEvent } from '../torture/check/durable.ts';
import { watchFiles } from '../torture/inside/files.ts';

const events: FileEvent[] = [];
watchFiles({ kill: null, bug: null, traceFile: null }, (event) => events.push(event));
// Only now: what they import by name from Node.js is watched.
const { open } = await import('node:fs/promises');
const { publishRange } = await import('../../src/segment/publish.ts');
const { recordName } = await import('../../src/segment/record.ts');
const { recover } = await import('../../src/segment/recover.ts');

test('what a writer published and was killed before it synced is on the disk before anybody goes on behind it', async (t) => {
  const root = newFolder(t);
  const at = { root, below: 'topic/0' };
  const folder = join(root, at.below);
  mkdirSync(folder, { recursive: true });
  const killed = newWriter();
  const record = recordOf(7, 9, killed);
  const data = await open(join(folder, record.temporary), 'wx');
  await data.writeFile('{}\n');
  await data.sync();
  await data.close();
  const unpublished = {
    record,
    recordTemporary: temporaryName(killed, 0, 99),
    newlyMade: [root, join(root, 'topic')],
  };
  assert.equal(await publishRange(at, unpublished, true), 'published');
  const linked = events.findLastIndex(({ call }) => call === 'link');
  const synced = events.findIndex((event, i) => i > linked && event.call === 'fsync');
  assert.ok(synced > linked, 'it syncs the folder afterwards');

  const disk = new ForgetfulFiles(root);
  const published = [recordName(7), record.segment].map((name) => join(folder, name));
  const survivors = (): string[] => published.filter((path) => disk.survives(path));
  // It was killed before that call.
  for (const event of events.slice(0, synced)) disk.apply(event);
  assert.deepEqual(survivors(), [], 'a power cut would take what it published');
  events.length = 0;
  assert.equal((await recover(at, newWriter()))?.next, 10);
  for (const event of events) disk.apply(event);
  assert.deepEqual(survivors(), published);
});
