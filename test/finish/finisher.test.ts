import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { crc32c } from '../../src/checksum.ts';
import { Finisher } from '../../src/finish/finisher.ts';
import type { FinishJob } from '../../src/finish/messages.ts';
import { looseHead } from '../../src/worker/write/loose-records.ts';
import { newFolder } from '../support/client.ts';

const wanted = (): boolean => true;
const nothing = (): void => undefined;

function jobIn(dir: string): FinishJob {
  const loose = Buffer.concat([
    looseHead({ kind: 'avro', schemaText: JSON.stringify({ type: 'record', name: 'A', fields: [] }) }),
    Buffer.alloc(4),
  ]);
  const from = join(dir, 'loose');
  writeFileSync(from, loose);
  return {
    from,
    crc32c: crc32c(loose),
    to: join(dir, 'whole.parquet'),
    form: { kind: 'parquet' },
    sync: false,
  };
}

test('after a file that could not be finished others can, and nobody waits for ever', async (t) => {
  const dir = newFolder(t);
  const job = jobIn(dir);
  const finisher = new Finisher(1);
  const answers = await Promise.allSettled([
    finisher.finish({ ...job, crc32c: '00000000' }, wanted, nothing),
    finisher.finish(job, wanted, nothing),
    finisher.finish(job, () => false, nothing),
    finisher.finish({ ...job, from: join(dir, 'nowhere') }, wanted, nothing),
    finisher.finish(job, wanted, nothing),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    ['rejected', 'fulfilled', 'rejected', 'rejected', 'fulfilled'],
  );
});

test('a file that cannot be made now may be later, and each try gives its descriptors back', {
  skip: process.platform === 'linux' ? false : 'Only Linux tells which descriptors are open.',
}, async (t) => {
  const dir = newFolder(t);
  const job = jobIn(dir);
  const finisher = new Finisher(1);
  await finisher.finish(job, wanted, nothing);
  const open = (): number => readdirSync('/proc/self/fd').length;
  const before = open();
  for (let i = 0; i < 20; i++) {
    await assert.rejects(finisher.finish({ ...job, to: join(dir, 'nowhere', 'a') }, wanted, nothing), {
      name: 'FinishError',
      code: 'ENOENT',
      retryable: true,
    });
  }
  assert.ok(open() <= before, `${open() - before} more are open`);
});
