import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { assertBad, jsonOf } from '../../support/transcode.ts';

test('each number keeps its own text', () => {
  const text = '{"a":[0,-0,1.0,1.50,1E5,1e-05,-999.0,12345678901234567890123,0.1e+1,1e400]}';
  assert.deepEqual(jsonOf(text), [text]);
});

test('NaN and infinities are read as Python writes them', () => {
  const text = '{"a":[NaN,Infinity,-Infinity]}';
  assert.deepEqual(jsonOf(text), ['{"a":[null,null,null]}']);
  assert.deepEqual(jsonOf(text, { nonFinite: 'literal' }), [text]);
});

test('keys keep their order, also those that look like numbers', () => {
  assert.deepEqual(jsonOf('{"b":1,"2":2,"1":3,"a":4}'), ['{"b":1,"2":2,"1":3,"a":4}']);
});

test('white space and a byte order mark around the text are left out', () => {
  assert.deepEqual(jsonOf('\ufeff \t\r\n{ "a" : [ 1 , 2 ] , "b" : { } }\n'), ['{"a":[1,2],"b":{}}']);
});

test('a list is one alert as it stands', () => {
  assert.deepEqual(jsonOf('[{"a":1},{"a":2}]'), ['[{"a":1},{"a":2}]']);
});

test('a gzip wrapper is taken off', () => {
  assert.deepEqual(jsonOf(gzipSync('{"a":1}')), ['{"a":1}']);
});

test('whatever JSON.stringify writes is read as the same', () => {
  fc.assert(
    fc.property(
      fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })),
      (alert) => {
        const [out = ''] = jsonOf(JSON.stringify(alert));
        assert.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify(alert)));
      },
    ),
    { numRuns: 500 },
  );
});

const bad = [
  '{"a":01}',
  '{"a":1.}',
  '{"a":.5}',
  '{"a":+1}',
  '{"a":1e}',
  '{"a":-}',
  '{"a":nan}',
  '{"a":-NaN}',
  '{"a":tru}',
  "{'a':1}",
  '{"a":1,}',
  '[1,]',
  '[,1]',
  '{"a"}',
  '{"a" 1}',
  '{a:1}',
  '[1 2]',
  '{"a":1}}',
  '{"a":1} x',
  '["\n"]',
  '["\\x"]',
  '["\\u12g4"]',
  '{"a":0x10}',
  '[1}',
  '{"a":1]',
  '{,}',
  '[/**/]',
];

for (const text of bad) {
  test(`${JSON.stringify(text)} is refused, naming the place`, () => {
    assertBad('BAD_JSON', () => jsonOf(text), /at character \d+/);
  });
}

test('a text that ends too early is truncated, wherever it ends', () => {
  const text = '{"a":[1.5,"b\\u0041\\n",true,{"c":null}]}';
  for (let end = 1; end < text.length; end++) {
    // A number or word may be cut into something else.
    assert.throws(() => jsonOf(text.slice(0, end)), { name: 'DecodeError', code: /TRUNCATED|BAD_JSON/ });
  }
  assertBad('TRUNCATED', () => jsonOf('{"a":'));
});

test('what is not UTF-8 is no JSON', () => {
  assertBad('BAD_JSON', () => jsonOf(Buffer.from('{"a":"\xff"}', 'latin1')), /UTF-8/);
});

test('a single value is no alert', () => {
  for (const text of ['5', '"text"', 'null', 'true', 'NaN']) {
    assertBad('NO_OBJECT', () => jsonOf(text, { format: 'json' }));
  }
});

test('a hundred thousand brackets do no harm', () => {
  assertBad('TOO_DEEP', () => jsonOf('['.repeat(100_000)), /200 levels/);
  assertBad('TOO_DEEP', () => jsonOf('{"a":'.repeat(100_000)));
  assert.equal(jsonOf('['.repeat(201) + ']'.repeat(201)).length, 1);
});

test('a number of a million digits is refused', () => {
  assertBad('TOO_LARGE', () => jsonOf(`{"a":${'1'.repeat(1_000_000)}}`), /at character 5/);
});

test('text is one alert with one field', () => {
  assert.deepEqual(jsonOf('TITLE: GCN "CIRCULAR"\n', { format: 'text' }), [
    '{"text":"TITLE: GCN \\"CIRCULAR\\"\\n"}',
  ]);
  assertBad('BAD_TEXT', () => jsonOf(Buffer.from([0x61, 0xff]), { format: 'text' }));
});
