import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchTopics, partitionsOf, similarNames } from '../../src/broker/topics.ts';

const catalogue = new Map([
  ['ztf_20261123', 2],
  ['ztf_20261124', 1],
  ['lsst', 3],
  ['__consumer_offsets', 50],
]);

test('a pattern matches what is there, a name only itself; internal topics never match', () => {
  assert.deepEqual(matchTopics(['^ztf_.*', 'lsst'], catalogue), {
    found: ['ztf_20261123', 'ztf_20261124', 'lsst'],
    missing: [],
  });
  assert.deepEqual(matchTopics(['^.*offsets', '^lss$', 'lss'], catalogue), { found: [], missing: ['lss'] });
});

test('a topic that two patterns match is read once', () => {
  assert.deepEqual(matchTopics(['^ls', '^.*st$', 'lsst'], catalogue).found, ['lsst']);
});

test('partitions are those of the catalogue', () => {
  assert.deepEqual(partitionsOf(['ztf_20261123', 'gone'], catalogue), [
    { topic: 'ztf_20261123', partition: 0 },
    { topic: 'ztf_20261123', partition: 1 },
  ]);
});

test('names that may have been meant come nearest first, and internal ones never', () => {
  assert.deepEqual(similarNames('ztf_20261125', catalogue.keys()).sort(), ['ztf_20261123', 'ztf_20261124']);
  assert.deepEqual(similarNames('lst', catalogue.keys()), ['lsst']);
  assert.deepEqual(similarNames('consumer_offsets', catalogue.keys()), []);
});
