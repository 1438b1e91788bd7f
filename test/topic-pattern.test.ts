import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainPattern } from '../src/topic-pattern.ts';

test('a pattern is put in terms that every matcher of topics knows', () => {
  const same = ['^ztf_.*', '^ztf_20[0-9]{6}_(programid1|public)$', '^a\\.b+c?', '^[^_]', '^lsst[.]alerts'];
  for (const pattern of same) assert.deepEqual(plainPattern(pattern), { plain: pattern });
  assert.deepEqual(plainPattern('^ztf_\\d+$'), { plain: '^ztf_[0-9]+$' });
  assert.deepEqual(plainPattern('^[\\w.]+'), { plain: '^[A-Za-z0-9_.]+' });
  assert.deepEqual(plainPattern('^(?:a|b)'), { plain: '^(a|b)' });
});

test('what a matcher of topics would read otherwise, or not at all, is named', () => {
  for (const [pattern, unknown] of [
    ['^ztf_(?!test)', '(?!'],
    ['^a.*?b', '*?'],
    ['^a\\b', '\\b'],
    ['^(a)\\1', '\\1'],
    ['^[\\]]', '\\]'],
  ])
    assert.deepEqual(plainPattern(pattern ?? ''), { unknown });
});
