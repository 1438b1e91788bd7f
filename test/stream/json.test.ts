import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertToJson } from '../../src/index.ts';

test('an alert becomes JSON with all digits of its integers', () => {
  const alert = {
    candid: 2n ** 63n,
    texts: ['a"b', null, undefined],
    missing: undefined,
    nan: Number.NaN,
    at: new Date(0),
    inner: { ra: -999.5, found: true },
  };
  assert.equal(
    alertToJson(alert),
    '{"candid":9223372036854775808,"texts":["a\\"b",null,null],"nan":null,"at":"1970-01-01T00:00:00.000Z","inner":{"ra":-999.5,"found":true}}',
  );
});
