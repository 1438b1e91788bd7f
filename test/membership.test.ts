import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../src/config.ts';
import { Lease } from '../src/lease.ts';
import { Membership, termsOf, type Terms } from '../src/membership.ts';

const terms: Terms = { leaseMs: 1_000, doubtMs: 3_000 };

/** A member whose clock is ours. */
function member(): {
  lease: Lease;
  pollAfter: (ms: number, hasPartitions?: boolean) => void;
  /** The machine is suspended: the steady clock stands still. */
  suspend: (ms: number) => void;
  told: number[];
} {
  let nowMs = 0;
  let suspendedMs = 0;
  const told: number[] = [];
  const clocks = [() => nowMs, () => nowMs + suspendedMs] as const;
  const lease = new Lease(
    undefined,
    clocks.map((now) => () => BigInt(now()) * 1_000_000n),
  );
  const membership = new Membership(lease, terms, (ms) => told.push(ms), clocks);
  const pollAfter = (ms: number, hasPartitions = true): void => {
    nowMs += ms;
    membership.polled(hasPartitions);
  };
  const suspend = (ms: number): void => {
    suspendedMs += ms;
  };
  return { lease, pollAfter, suspend, told };
}

test('while polls are answered, files get their names', () => {
  const { lease, pollAfter, told } = member();
  assert.ok(lease.stands, 'before anything is read');
  for (let i = 0; i < 20; i++) {
    pollAfter(900);
    assert.ok(lease.stands);
  }
  assert.deepEqual(told, []);
});

test('the first poll after a standstill proves nothing; polls that go on do', () => {
  const { lease, pollAfter, told } = member();
  pollAfter(0);
  pollAfter(60_000);
  assert.ok(!lease.stands);
  for (let i = 0; i < 5; i++) {
    pollAfter(500);
    assert.ok(!lease.stands);
  }
  pollAfter(500);
  assert.ok(lease.stands);
  assert.deepEqual(told, [60_000]);
});

test('a machine that was suspended has stood still, though its steady clock has not gone on', () => {
  const { lease, pollAfter, suspend, told } = member();
  pollAfter(0);
  suspend(60_000);
  assert.ok(!lease.stands, 'before anybody has polled');
  pollAfter(10);
  assert.ok(!lease.stands);
  assert.deepEqual(told, [60_010]);
  for (let i = 0; i < 4; i++) pollAfter(900);
  assert.ok(lease.stands);
});

test('who stands still again while it is in doubt begins again', () => {
  const { lease, pollAfter, told } = member();
  pollAfter(0);
  pollAfter(60_000);
  pollAfter(2_900);
  for (let i = 0; i < 5; i++) {
    pollAfter(500);
    assert.ok(!lease.stands);
  }
  pollAfter(500);
  assert.ok(lease.stands);
  assert.equal(told.length, 1, 'it is told once');
});

test('once the partitions were given up, those that come next are not in doubt', () => {
  const { lease, pollAfter } = member();
  pollAfter(0);
  pollAfter(60_000);
  assert.ok(!lease.stands);
  pollAfter(10, false);
  pollAfter(10);
  assert.ok(lease.stands);
});

test('another thread sees the lease', () => {
  const lease = new Lease();
  const elsewhere = new Lease(lease.memory);
  assert.ok(elsewhere.stands);
  lease.endIn(-1);
  assert.ok(!elsewhere.stands);
  lease.endIn(60_000);
  assert.ok(elsewhere.stands);
});

test('the lease ends before the session, and the doubt after it', () => {
  const of = (given: Record<string, unknown>): Terms =>
    termsOf(
      resolveConfig({
        commandLine: { topics: ['ztf'], given: { 'bootstrap-servers': 'localhost', ...given } },
        environment: {},
        isTerminal: false,
      }),
    );
  assert.deepEqual(of({}), { leaseMs: 22_500, doubtMs: 47_000 });
  assert.deepEqual(of({ property: ['session.timeout.ms=6000'] }), { leaseMs: 3_000, doubtMs: 8_000 });
  assert.deepEqual(of({ property: ['max.poll.interval.ms=3000'], 'group-protocol': 'consumer' }), {
    leaseMs: 1_500,
    doubtMs: 15_000,
  });
  assert.equal(of({ 'batch-timeout': '10s' }).leaseMs, 40_000, 'a poll that waits for messages is none');
});
