import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergedBy } from '../../../src/worker/name/merged.ts';

test('a template that gives several alerts one name is known before the first is written', () => {
  const one = ['ztf'];
  for (const [template, topics, merged] of [
    ['{topic}/{alert_id}.json', one, null],
    ['{alert_id}.json', one, null],
    ['{alert_id}.json', ['ztf', 'lsst'], 'topics'],
    ['{alert_id}.json', ['^ztf_'], 'topics'],
    ['{topic}/{.candid}.json', ['ztf', 'lsst'], null],
    ['{topic}/{partition}-{offset}.json', ['ztf', 'lsst'], null],
    ['{partition}-{offset}.json', ['ztf', 'lsst'], 'topics'],
    ['{topic}/{offset}.json', one, 'partitions'],
    ['{topic}/{date}.json', one, 'alerts'],
    ['$topic.json', one, 'alerts'],
  ] as const)
    assert.equal(mergedBy(template, topics), merged, template);
});
