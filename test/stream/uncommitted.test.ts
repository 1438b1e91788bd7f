import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionProgress } from '../../src/commit/partition-progress.ts';
import { ClientError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { Ledger } from '../../src/stream/ledger.ts';
import type { Session } from '../../src/stream/session.ts';
import { Uncommitted } from '../../src/stream/uncommitted.ts';

/** Single alerts of the first messages of these partitions, and a session whose broker answers as it is told. */
function handedOut(partitions: readonly number[]): {
  uncommitted: Uncommitted;
  session: Session;
  broker: { answer: 'confirmed' | 'late'; readonly lost: Set<number>; readonly asked: number[][] };
} {
  const uncommitted = new Uncommitted(new Ledger(createLog({ level: 'warn', format: 'json' })));
  const broker = {
    answer: 'confirmed' as 'confirmed' | 'late',
    lost: new Set<number>(),
    asked: [] as number[][],
  };
  for (const partition of partitions) {
    const at = new PartitionProgress({ topic: 't', partition, offset: 0, committed: 0, behind: 'start' });
    at.watermark.finish(at.watermark.begin(0, 1), 1);
    uncommitted.handOut(at, 0);
  }
  const session = {
    owns: ({ partition }: PartitionProgress) => !broker.lost.has(partition),
    commit: (asked: readonly PartitionProgress[]) => {
      broker.asked.push(asked.map(({ partition }) => partition));
      if (broker.answer === 'confirmed') for (const at of asked) at.committed = at.durable;
      return Promise.resolve(broker.answer);
    },
  } as unknown as Session;
  return { uncommitted, session, broker };
}

const codeOf = (error: unknown): unknown => error instanceof ClientError && error.code;

test('a commit of alerts whose partition is gone names that partition, and only once', async () => {
  const { uncommitted, session, broker } = handedOut([0, 1]);
  broker.lost.add(1);
  await assert.rejects(
    uncommitted.commit(session),
    (error) =>
      codeOf(error) === 'PARTITION_LOST' && /t\/1\b/.test(String(error)) && !String(error).includes('t/0'),
  );
  await uncommitted.commit(session);
  assert.deepEqual(broker.asked, [[0]], 'what is still ours is confirmed by the next commit');
});

test('a commit that was not confirmed in time is asked for again by the next', async () => {
  const { uncommitted, session, broker } = handedOut([0]);
  broker.answer = 'late';
  await assert.rejects(uncommitted.commit(session), (error) => codeOf(error) === 'BROKER_UNREACHABLE');
  await assert.rejects(uncommitted.commit(session), (error) => codeOf(error) === 'BROKER_UNREACHABLE');
  broker.lost.add(0);
  await assert.rejects(uncommitted.commit(session), (error) => codeOf(error) === 'PARTITION_LOST');
});
