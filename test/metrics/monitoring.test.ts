import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { metricsOf } from '../../src/metrics/metrics.ts';
import { HealthWatch } from '../../src/telemetry/health.ts';
import { History } from '../../src/telemetry/history.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { projectRoot } from '../support/samples.ts';

const monitoring = join(projectRoot, 'docs', 'monitoring');
const { findPromtool } = (await import(join(projectRoot, 'scripts', 'promtool.mjs'))) as {
  findPromtool: () => string | null;
};
const promtool = findPromtool();
const skip = promtool === null && process.env['CI'] !== 'true' ? 'no promtool' : false;

/** What a client that has counted one of everything serves. */
async function served(): Promise<string> {
  const telemetry = new Telemetry();
  const history = new History(telemetry);
  telemetry.of({ topic: 'topic', partition: 0 }).readMessages = 1;
  telemetry.failures.set('TRUNCATED', 1);
  telemetry.latencyMs.record(80, 3);
  telemetry.brokerStatistics = JSON.stringify({
    ...{ replyq: 0, rx_bytes: 1, tx_bytes: 1, cgrp: { rebalance_cnt: 1 } },
    brokers: { 'a:1/0': { nodeid: 0, nodename: 'a:1', state: 'UP', rtt: { avg: 1, p99: 2 } } },
    topics: { topic: { partitions: { 0: { fetchq_size: 1 }, '-1': {} } } },
  });
  const text = await metricsOf(telemetry, history, new HealthWatch(telemetry, history, 1, 1)).metrics();
  history.close();
  return text;
}

function check(args: readonly string[], input = ''): void {
  const { status, stdout, stderr } = spawnSync(promtool ?? '', args, { input, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
  assert.equal(stderr.trim(), '');
}

test('Prometheus finds nothing to complain of in the metrics', { skip }, async () => {
  check(['check', 'metrics'], await served());
});

test('the alert rules are valid, and fire when they should', { skip }, () => {
  check(['check', 'rules', join(monitoring, 'alerts.yml')]);
  check(['test', 'rules', join(monitoring, 'alerts.test.yml')]);
});

test('dashboard and alert rules name only metrics that there are', async () => {
  const text = await served();
  const known = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
  for (const file of ['grafana.json', 'alerts.yml']) {
    const named = readFileSync(join(monitoring, file), 'utf8').matchAll(/\b(?:antares_client|nodejs)_\w+/g);
    for (const [name] of named)
      assert.ok(known.has(name) || known.has(name.replace(/_(bucket|sum|count)$/, '')), `${file}: ${name}`);
  }
});
