import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blockOf } from '../../src/status/block.ts';
import type { StatusView, TopicView } from '../../src/status/view.ts';

function topic(name: string, more: Partial<TopicView> = {}): TopicView {
  return {
    name,
    rates: { alerts: 8_231, messages: 8_231, bytes: 412_300_000 },
    savedAlerts: 1_203_411,
    filteredAlerts: 20,
    badMessages: 3,
    lag: 120_000,
    catchUpMs: 145_000,
    committed: 1_203_000,
    course: Array.from({ length: 60 }, (_, second) => second * 100),
    ...more,
  };
}

function view(topics: readonly TopicView[], more: Partial<StatusView> = {}): StatusView {
  return {
    topics,
    all: topic('all', { course: [] }),
    isDryRun: false,
    isConnected: true,
    isAssigned: true,
    isIdle: false,
    bytesInFlight: 12_300_000,
    maxInFlightBytes: 64_000_000,
    latencyMs: { p50: 80, p99: 212 },
    workerUse: 0.83,
    progress: null,
    waits: [],
    ranMs: 192_000,
    ...more,
  };
}

const wide = { columns: 120, rows: 24, colours: false };

test('a wide window shows everything there is to a topic', () => {
  assert.deepEqual(blockOf(view([topic('ztf_20261125')]), wide), [
    'topic         alerts/s   MB/s      saved  filtered  dead      lag  caught up in  committed',
    'ztf_20261125     8,231  412.3  1,203,411        20     3  120,000    2 min 25 s  1,203,000  ▅▅▅▅▆▆▆▆▆▆▆▆▇▇▇▇▇▇▇████████',
    'in flight 12.3 MB of 64.0 MB · workers 83 % · on disk after 80 ms (99 %: 212 ms) · running 3 min 12 s',
  ]);
});

test('before it is connected nothing runs', () => {
  assert.deepEqual(
    blockOf(view([], { isConnected: false, isAssigned: false, latencyMs: null, ranMs: 0 }), wide),
    ['connecting · in flight 12.3 MB of 64.0 MB · workers 83 %'],
  );
});

test('no line is wider than the window, however narrow', () => {
  const busy = view([topic('lsst_alerts_of_a_very_long_name_indeed'), topic('ztf')], {
    waits: ['lsst_alerts_of_a_very_long_name_indeed/0 waits for disk space'],
    progress: { done: 630_000, goal: 1_000_000, what: 'alerts', leftMs: 45_000 },
  });
  for (let columns = 1; columns <= 200; columns++)
    for (const line of blockOf(busy, { ...wide, columns }))
      assert.ok(line.length < Math.max(2, columns), `${columns}: ${line}`);
});

test('a narrow window keeps the rate, what is saved and the lag', () => {
  const [head = '', row = ''] = blockOf(view([topic('ztf_20261125')]), { ...wide, columns: 40 });
  assert.match(head, /^topic +alerts\/s +saved +lag$/);
  assert.match(row, /^ztf_2026… +8,231 +1,203,411 +120,000$/);
});

test('with many topics the busiest are shown, and the rest is counted', () => {
  const topics = Array.from({ length: 50 }, (_, index) =>
    topic(`night_${index}`, { rates: { alerts: index, messages: index, bytes: 0 } }),
  );
  const lines = blockOf(view(topics), wide);
  assert.ok(lines.length <= wide.rows - 3, `${lines.length} lines`);
  assert.ok(lines.some((line) => line.startsWith('night_49 ')));
  assert.ok(!lines.some((line) => line.startsWith('night_0 ')));
  assert.ok(lines.includes('… and 35 more topics'), lines.join('\n'));
  assert.ok(lines.some((line) => line.startsWith('all ')));
});

test('what was asked for has a bar', () => {
  const lines = blockOf(
    view([topic('ztf')], { progress: { done: 250, goal: 1_000, what: 'alerts', leftMs: 45_000 } }),
    { ...wide, columns: 60 },
  );
  assert.match(lines.at(-1) ?? '', /^█+░+ 25 %, 250 of 1,000 alerts, 45 s left$/);
  assert.equal(lines.at(-1)?.length, 59);
});

test('colours are used only where they are wanted', () => {
  const escape = '\u001b';
  assert.ok(
    !blockOf(view([topic('ztf')]), wide)
      .join('')
      .includes(escape),
  );
  assert.ok(
    blockOf(view([topic('ztf')]), { ...wide, colours: true })
      .join('')
      .includes(escape),
  );
});

test('a lag that is not known, or grows, is not called caught up', () => {
  const [, unknown = ''] = blockOf(view([topic('ztf', { lag: null, catchUpMs: null })]), wide);
  assert.match(unknown, / \? +– /);
  const [, none = ''] = blockOf(view([topic('ztf', { lag: 0, catchUpMs: 0 })]), wide);
  assert.match(none, / 0 +now /);
});
