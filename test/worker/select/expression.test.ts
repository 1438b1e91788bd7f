import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileExpression, isTrue } from '../../../src/worker/select/expression.ts';
import { ExpressionError } from '../../../src/worker/select/parse.ts';
import type { Value } from '../../../src/worker/select/value.ts';

function holds(text: string, fields: Readonly<Record<string, Value>>): boolean {
  const { paths, evaluate } = compileExpression(text);
  const given = new Map(Object.entries(fields));
  return isTrue(evaluate(paths.map((path) => given.get(path.join('.')) ?? null)));
}

function refusalOf(text: string): ExpressionError {
  try {
    compileExpression(text);
  } catch (error) {
    assert.ok(error instanceof ExpressionError, `${text}: ${String(error)}`);
    return error;
  }
  return assert.fail(`${text} was taken.`);
}

test('filters over numbers agree with a naive evaluation', () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 53n + 3n }),
    fc.constant(null),
  );
  const comparison = fc.record({
    field: fc.constantFrom('a', 'b'),
    operator: fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
    literal: value.filter((each) => each !== null),
  });
  const naive: Record<string, (a: bigint, b: bigint) => boolean> = {
    '==': (a, b) => a === b,
    '!=': (a, b) => a !== b,
    '<': (a, b) => a < b,
    '<=': (a, b) => a <= b,
    '>': (a, b) => a > b,
    '>=': (a, b) => a >= b,
  };
  fc.assert(
    fc.property(
      value,
      value,
      fc.array(comparison, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (a, b, parts, all) => {
        const fields = { a, b };
        const expected = parts.map(({ field, operator, literal }) => {
          const given = fields[field];
          return given !== null && (naive[operator]?.(BigInt(given), BigInt(literal)) ?? false);
        });
        const text = parts
          .map(({ field, operator, literal }) => `${field} ${operator} ${literal}`)
          .join(all ? ' and ' : ' or ');
        assert.equal(holds(text, fields), all ? expected.every(Boolean) : expected.some(Boolean), text);
        assert.equal(holds(`not (${text})`, fields), !holds(text, fields));
      },
    ),
  );
});

test('and binds closer than or, arithmetic closer than comparisons', () => {
  assert.ok(holds('a == 1 or b == 2 and b == 3', { a: 1, b: 2 }));
  assert.ok(!holds('(a == 1 or b == 2) and b == 3', { a: 1, b: 2 }));
  assert.ok(holds('a + 2 * b > 4 && a - b == -1', { a: 1, b: 2 }));
});

test('a missing field is null, and a comparison with null is false', () => {
  for (const text of [
    'x < 1',
    'x >= 1',
    'x == 1',
    'x != 1',
    'x == y',
    'x + 1 > 0',
    'abs(x) >= 0',
    'x in [1]',
  ])
    assert.ok(!holds(text, {}), text);
  assert.ok(holds('x == null', {}));
  assert.ok(holds('x != null', { x: 0 }));
  assert.ok(!holds('x', {}));
});

test('values of different types are unequal and in no order', () => {
  assert.ok(!holds('x == 1', { x: '1' }));
  assert.ok(holds('x != 1', { x: '1' }));
  assert.ok(!holds('x < 2', { x: '1' }));
});

test('texts, flags, lists and functions', () => {
  assert.ok(holds(`s == 't' and flag and not other`, { s: 't', flag: true, other: false }));
  assert.ok(holds(`s in ['u', "t"]`, { s: 't' }));
  assert.ok(holds('fid in [1, 2]', { fid: 2 }));
  assert.ok(holds('abs(x) == 3 and sqrt(y) == 2 and log10(z) == 2', { x: -3, y: 4, z: 100 }));
  assert.ok(holds(`new_alert['2mass'] = 1`, { 'new_alert.2mass': 1 }));
});

test('what cannot be computed is null', () => {
  for (const text of ['sqrt(x) != 1', 'log10(x) != 1', '(x + 1) / (x + 1) != 1', 'not (sqrt(x) == null)'])
    assert.ok(!holds(text, { x: -1 }), text);
});

test('64-bit integers compare exactly', () => {
  assert.ok(holds('id == 578236284215010025', { id: 578236284215010025n }));
  assert.ok(!holds('id == 578236284215010026', { id: 578236284215010025n }));
  assert.ok(holds('id > -9223372036854775808', { id: -9223372036854775807n }));
  assert.ok(holds('id == -578236284215010025', { id: -578236284215010025n }));
  assert.ok(holds('-id == 578236284215010025', { id: -578236284215010025n }));
});

test('64-bit integers are computed with exactly, as long as all are integers', () => {
  const id = 2459123456789015003n;
  assert.ok(holds('id % 10 == 3', { id }));
  assert.ok(!holds('id % 2 == 0', { id }));
  assert.ok(holds('-id % 10 == -3', { id }));
  assert.ok(holds('id - 2459123456789015000 == 3', { id }));
  assert.ok(holds('id + 1 == 2459123456789015004', { id }));
  assert.ok(holds('id * 2 == 4918246913578030006', { id }));
  assert.ok(holds('abs(-id) == id', { id }));
  assert.ok(holds('id / 2 > 1.2e18 and id * 0.5 > 1.2e18', { id }));
  assert.ok(holds('id + 0 == 2459123456789015003', { id }));
  assert.ok(holds('id % 0 == null', { id }));
});

test('what does not parse is told with its place', () => {
  const places: readonly (readonly [string, number])[] = [
    ['a >', 3],
    ['a > )', 4],
    ['(a > 1', 6],
    ['a b', 2],
    ['a > 1 b', 6],
    [`a == 'x`, 7],
    ['exec(1)', 0],
    ['a > 1 and foo(2)', 10],
    ['not a == 1', 0],
    ['a in 3', 5],
    ['a > [1]', 4],
    // What is right stands before what is not, in the same words.
    ['note == 1 and not b == 2', 14],
    ['a in [1] and b > [2]', 17],
    ['a in [1] and b in 3', 18],
    ['abs(a) > 1 and abs(b, c) > 1', 15],
    ['a["b"] > 1 and a[1] > 2', 17],
    ['a > 1  (b + c) > 2', 7],
    ['a == 1 and (b == 1 c)', 19],
    ['a.b(1)', 0],
    ['', 0],
  ];
  for (const [text, index] of places) assert.equal(refusalOf(text).index, index, text);
});

test('what is mistyped is not taken for a field that no alert has', () => {
  const places: readonly (readonly [string, number, RegExp])[] = [
    ['and', 3, /^Expected expression after and$/],
    ['a > 1 and', 9, /after and/],
    ['a > 1 or  ', 10, /after or/],
    ['not', 3, /after not/],
    ['a > 1 and and b', 10, /before and/],
    ['or a > 1', 0, /before or/],
    ['in [1]', 0, /before in/],
    ['a not in [1, 2]', 6, /write not \(x in \[1, 2\]\)$/],
    ['a == True', 5, /^Instead of True write true$/],
    ['a == None or b', 5, /null/],
    ['a != NaN', 5, /null/],
    ['17 < a < 18', 0, /two values/],
    ['b and (a <= b) > 1', 6, /two values/],
    ['a == ’t’', 5, /^’t’ is no name of a field/],
    ['a.b\u00a0> 1', 0, /no name of a field/],
  ];
  for (const [text, index, message] of places) {
    const error = refusalOf(text);
    assert.equal(error.index, index, text);
    assert.match(error.message, message);
  }
  assert.ok(holds('android.in == 1 and notes.and == 2', { 'android.in': 1, 'notes.and': 2 }));
  assert.ok(holds('(a < b) == (b < c)', { a: 1, b: 2, c: 3 }));
  assert.ok(holds('größe2.änderung > 1', { 'größe2.änderung': 2 }));
});

test('what is wrong is said in words, not in those of the parser', () => {
  for (const text of ['!', '- ', 'x ? y : z', 'this', 'this.x', '.a > 1', '2mass > 1', 'a == "x\n'])
    assert.doesNotMatch(refusalOf(text).message, /unaryOp|Expression is|number \(|\n/, text);
});

test('what not is about stands in parentheses, or not stands in them itself', () => {
  assert.ok(holds('(not a) == true', { a: false }));
  assert.ok(!holds('( ! a ) in [true]', { a: true }));
  assert.ok(holds('not (a == true)', { a: false }));
  assert.match(refusalOf('not a == true').message, /in parentheses/);
});

test('an escape that a text does not know is refused, not taken for its letter', () => {
  const error = refusalOf(String.raw`a == 1 and note == "\u0041"`);
  assert.equal(error.index, 20);
  assert.equal(
    error.message,
    String.raw`\u means nothing in a text: write the character itself, and \\ for a backslash`,
  );
  assert.match(refusalOf(String.raw`a["\x41"] == 1`).message, /^\\x means nothing/);
  assert.ok(holds(String.raw`note == 'it\'s \\ \"A\"\t'`, { note: `it's \\ "A"\t` }));
  // The parser reads a slash that is escaped, as JSON may write it.
  assert.ok(holds(String.raw`note == "a\/b"`, { note: 'a/b' }));
});

test('an expression that is too deep for the stack is refused like any other', () => {
  for (const text of [
    `${'('.repeat(50_000)}a${')'.repeat(50_000)}`,
    `${'not '.repeat(50_000)}a`,
    `${'a and '.repeat(50_000)}a`,
    `${'a.'.repeat(50_000)}a`,
  ])
    assert.match(refusalOf(text).message, /too long/);
});

test('names of JavaScript mean nothing', () => {
  assert.ok(!holds('constructor', {}));
  assert.ok(!holds('__proto__.polluted == 1', {}));
  assert.throws(() => compileExpression('toString(1)'), ExpressionError);
});
