import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fieldTree } from '../../../src/worker/encode/field-capture.ts';
import { JsonWriter } from '../../../src/worker/encode/json-writer.ts';
import { messageOf } from '../../support/samples.ts';
import { jsonOf, python, skipPython, transcoder } from '../../support/transcode.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 80 });

for (const indent of [0, 1, 4]) {
  const separators = indent === 0 ? "separators=(',', ':')" : `indent=${indent}`;
  test(`with indent ${indent}, any JSON comes out as from Python's json.dumps`, { skip: skipPython }, () => {
    const { letrec, oneof, array, dictionary, constantFrom, integer, double } = fc;
    const { alert } = letrec<{ value: unknown; alert: Record<string, unknown> }>((tie) => ({
      value: oneof(
        { depthSize: 'small' },
        anyText,
        integer(),
        double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
        constantFrom(null, true, false, '', '\u007f\u0080"\\/\b\f\n\r\t'),
        array(tie('value')),
        tie('alert'),
      ),
      alert: dictionary(anyText, tie('value')),
    }));
    const texts = fc.sample(alert, 200).map((value) => JSON.stringify(value));
    const expected = python(
      `'\\n\\0'.join(json.dumps(json.loads(text), ${separators}) for text in given)`,
      texts,
    );
    // Numbers of JSON keep their own text, which is not Python's: only those that the two write alike can be compared.
    const alike = (text: string): string =>
      text.replace(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi, (number) => String(Number(number)));
    assert.deepEqual(
      texts.map((text) => jsonOf(text, { indent }).map(alike).join()),
      expected.split('\n\0').map(alike),
    );
  });
}

test('text is escaped to ASCII as Python does, halves of surrogate pairs too', () => {
  const text = 'é \u007f\u2028 \ud83d\ude00 \ud800 "\\/\b\f\n\r\t\u0000';
  const long = 'é'.repeat(100);
  assert.deepEqual(jsonOf(JSON.stringify({ text, long, [text]: 1 })), [
    `{"text":"\\u00e9 \\u007f\\u2028 \\ud83d\\ude00 \\ud800 \\"\\\\/\\b\\f\\n\\r\\t\\u0000","long":"${'\\u00e9'.repeat(100)}",` +
      '"\\u00e9 \\u007f\\u2028 \\ud83d\\ude00 \\ud800 \\"\\\\/\\b\\f\\n\\r\\t\\u0000":1}',
  ]);
});

test('empty objects and arrays have nothing between their brackets, at any indent', () => {
  for (const indent of [0, 4]) {
    assert.deepEqual(jsonOf('{}', { indent }), ['{}']);
    assert.deepEqual(jsonOf('[ ]', { indent }), ['[]']);
  }
  assert.deepEqual(jsonOf('{"a":{},"b":[],"c":[{}]}', { indent: 2 }), [
    '{\n  "a": {},\n  "b": [],\n  "c": [\n    {}\n  ]\n}',
  ]);
});

test('of a key that comes twice the last value stands at the first place', () => {
  assert.deepEqual(jsonOf('{"a":1,"b":2,"a":{"x":1,"y":2,"x":[3]}}'), ['{"a":{"x":[3],"y":2},"b":2}']);
  assert.deepEqual(jsonOf('{"__proto__":1,"b":2,"__proto__":3}'), ['{"__proto__":3,"b":2}']);
});

test('a key that an enclosing or neighbouring object has too is no repetition', () => {
  const text = '{"a":{"a":{"a":1,"b":2},"b":[{"a":1},{"a":2}]},"b":{"a":1}}';
  assert.deepEqual(jsonOf(text), [text]);
  // Seen in an inner object between its two uses.
  assert.deepEqual(jsonOf('{"a":1,"b":{"a":2,"c":{"a":3}},"a":4}'), ['{"a":4,"b":{"a":2,"c":{"a":3}}}']);
});

test('small integers, whole doubles and their signs keep all their digits', () => {
  const writer = new JsonWriter(0, fieldTree([]));
  const integers = fc.oneof(
    fc.integer(),
    fc.constantFrom(0, 9, 10, 99, 100, -1, 0x7fffffff, -0x80000000, -0x7fffffff),
  );
  fc.assert(
    fc.property(integers, (value) => {
      writer.start(false);
      writer.beginArray();
      writer.int(value);
      writer.long(value);
      writer.long(BigInt(value));
      writer.double(value);
      writer.endArray();
      assert.equal(Buffer.from(writer.finish()).toString(), `[${value},${value},${value},${value}.0]`);
    }),
  );
});

test('a file larger than the first buffer is whole', () => {
  const text = JSON.stringify(
    Array.from({ length: 60_000 }, (_, i) => ({ [`key${i % 100}`]: `value ${i}` })),
  );
  assert.deepEqual(jsonOf(text), [text]);
});

function fieldsOf(json: string, fieldPaths: string[]): readonly (string | undefined)[] {
  const [alert] = transcoder({ fieldPaths }).transcode(messageOf(Buffer.from(json)));
  const fields = alert?.fields ?? [];
  return fieldPaths.map((_, place) => fields[place]);
}

test('fields that name the file are captured as Python would format them', () => {
  const json =
    '{"new_alert":{"alert_id":17,"survey":"ZTF"},"candid":18446744073709551615,"flag":true,"missing":null,"ra":1.5}';
  assert.deepEqual(
    fieldsOf(json, [
      'candid',
      'new_alert.alert_id',
      'new_alert.survey',
      'flag',
      'missing',
      'ra',
      'new_alert',
      'none',
    ]),
    ['18446744073709551615', '17', 'ZTF', 'True', undefined, '1.5', undefined, undefined],
  );
});

test('a field is looked for where its path says, not in arrays and not in keys with dots', () => {
  assert.deepEqual(fieldsOf('{"a.b":1,"a":[{"b":2}],"c":{"a":{"b":3}}}', ['a.b']), [undefined]);
  assert.deepEqual(fieldsOf('[{"a":{"b":2}}]', ['a.b']), [undefined]);
  assert.deepEqual(fieldsOf('{"a":{"b":{"b":1}},"b":2}', ['a.b', 'b']), [undefined, '2']);
  assert.deepEqual(fieldsOf('{"a":["x",1,true],"b":[[1.5]]}', ['a', 'b']), [undefined, undefined]);
});

test('of a repeated key the last value is captured', () => {
  assert.deepEqual(fieldsOf('{"id":1,"id":2}', ['id']), ['2']);
  assert.deepEqual(fieldsOf('{"id":"x","id":null}', ['id']), [undefined]);
});
