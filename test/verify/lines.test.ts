import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isJson } from '../../src/verify/lines.ts';

test('NaN and Infinity are JSON where values are, and nothing else is that is none', () => {
  for (const text of ['{"a":NaN}', '[Infinity,-Infinity, NaN]', 'NaN', '{"a":"NaN \\" Infinity","b":NaN}'])
    assert.ok(isJson(text), text);
  for (const text of ['', '{"a":NaN', '{"a":nan}', '{NaN:1}', '"NaN', '{"a":NaN}{"a":NaN}', '[NaN,]', '-NaN'])
    assert.ok(!isJson(text), text);
});

test('beside NaN a string may be of any length', () => {
  for (const [part, times] of [
    ['x', 12_000_000],
    ['\\n', 500_000],
  ] as const) {
    const text = `{"a":NaN,"s":"${part.repeat(times)}"}`;
    assert.ok(isJson(text), part);
    assert.ok(!isJson(text.slice(0, -1)), part);
  }
});
