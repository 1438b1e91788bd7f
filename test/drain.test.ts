import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Assignment } from '../src/broker/assignment.ts';
import type { Committer, Flushed } from '../src/commit/committer.ts';
import { PartitionProgress } from '../src/commit/partition-progress.ts';
import { Drain } from '../src/drain.ts';
import type { Log } from '../src/log.ts';
import type { Work } from '../src/pool/work.ts';
import type { Settlement } from '../src/settlement.ts';
import { Ending } from '../src/stop/ending.ts';
import { Limit } from '../src/stop/limit.ts';

/** How a way out ended. */
interface WayOut {
  readonly failure: string | undefined;
  readonly warnings: string;
}

/** The way out of a client that has finished three messages, where the commits end so, one after the other. @param stop that of a signal. */
async function shutDown(ends: readonly Flushed[], stop: AbortSignal = AbortSignal.abort()): Promise<WayOut> {
  const answers = ends.values();
  const at = new PartitionProgress({ topic: 'ztf', partition: 0, offset: 0, committed: 0, behind: 'start' });
  at.watermark.finish(at.watermark.begin(0, 3), 3);
  const warnings: string[] = [];
  const ending = new Ending(new Limit(null));
  const drain = new Drain({
    log: { warn: (text: string) => warnings.push(text) } as unknown as Log,
    shutdownTimeoutMs: 20_000,
    assignment: { partitions: new Map([['ztf/0', at]]) } as unknown as Assignment,
    committer: { flush: () => Promise.resolve(answers.next().value) } as unknown as Committer,
    settlement: { cancelAll: () => Promise.resolve() } as unknown as Settlement,
    collector: null,
    ending,
    holdsNames: () => false,
  });
  await drain.shutDown(stop);
  return { failure: ending.failure?.message, warnings: warnings.join('\n') };
}

test('only who was too late is said to have been, and each way out names what comes again', async () => {
  assert.deepEqual(await shutDown(['confirmed']), { failure: undefined, warnings: '' });
  const late = await shutDown(['late']);
  assert.match(late.failure ?? '', /within 20 s \(--shutdown-timeout\).* ztf\/0 0–2\.$/);
  const inDoubt = await shutDown(['in doubt']);
  assert.match(inDoubt.failure ?? '', /^The disk did not confirm .* ztf\/0 0–2\.$/);
  const lost = await shutDown(['lost']);
  assert.equal(lost.failure, undefined);
  assert.match(lost.warnings, /^The group took partitions back before the last commit.* ztf\/0 0–2\.$/);
});

test('what a run that ended by itself has finished is written without a deadline, until a signal asks for one', async () => {
  const asked = new AbortController();
  const written = await shutDown(['late', 'late', 'confirmed', 'confirmed'], asked.signal);
  assert.deepEqual(written, { failure: undefined, warnings: '' });
  asked.abort();
  const { failure = '' } = await shutDown(['late', 'confirmed'], asked.signal);
  assert.match(failure, /within 20 s/);
});

test('what waits for its name after a standstill is given up at once, and comes again', async () => {
  const at = new PartitionProgress({ topic: 'ztf', partition: 0, offset: 0, committed: 0, behind: 'start' });
  at.works.set({ state: 'with-worker' } as Work, at.watermark.begin(0, 3));
  const warnings: string[] = [];
  const ending = new Ending(new Limit(null));
  const drain = new Drain({
    log: { warn: (text: string) => warnings.push(text) } as unknown as Log,
    shutdownTimeoutMs: 3_600_000,
    assignment: { partitions: new Map([['ztf/0', at]]) } as unknown as Assignment,
    committer: { flush: () => Promise.resolve('confirmed') } as unknown as Committer,
    settlement: {
      cancelAll: () => {
        at.works.clear();
        return Promise.resolve();
      },
    } as unknown as Settlement,
    collector: null,
    ending,
    holdsNames: () => true,
  });
  await drain.shutDown(AbortSignal.abort());
  assert.equal(ending.failure, null);
  assert.match(warnings.join(), /no files, and who has them next begins with: ztf\/0 0–2\./);
});
