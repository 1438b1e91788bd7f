import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { outcome } from '../../src/batch/batch.ts';
import type { WorkerSettings } from '../../src/pool/messages.ts';
import { newWriter } from '../../src/temporary.ts';
import { MessageWorker } from '../../src/worker/message-worker.ts';
import { OutputFolder } from '../../src/worker/write/folder.ts';
import { JsonFiles } from '../../src/worker/write/json-files.ts';
import { newFolder } from '../support/client.ts';

test('an alert whose folder has the name of a file is a dead letter, and no reason to try for ever', async (t) => {
  const root = newFolder(t);
  // As `--path` with one folder less had saved it.
  writeFileSync(join(root, '70'), '{}');
  const folder = new OutputFolder(root, newWriter(), 1, []);
  const settings = { onError: 'dead-letter', topicPrefix: '', output: { sync: 'none' } };
  const messages = new MessageWorker(
    settings as WorkerSettings,
    (_message, take) => {
      take({ path: '70/0.json', bytes: Buffer.from('{}') });
      return Promise.resolve({ complete: true });
    },
    new JsonFiles(folder, 'none'),
    folder,
  );
  const message = { topic: 'ztf', partition: 0, offset: 3, timestampMs: 0, key: null, headers: [] };
  const { result, failure, files } = await messages.process({ ...message, value: Buffer.from('x') }, 1);
  for (const file of files) file.publish();
  assert.equal(result, outcome.DEAD);
  assert.equal(failure?.code, 'NAME_TAKEN');
  assert.ok(existsSync(join(root, '_dead-letter/ztf/0-3.bin')));
});
