import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  escapeClientNames,
  escapeName,
  escapeNameIgnoringCase,
  escapeOwnFolder,
  escapeTemporaries,
} from '../../../src/worker/name/escape.ts';

test('usual ids stay as they are', () => {
  for (const id of [
    '1262927',
    'ZTF18abcdefg',
    'ANT2020abc',
    'ZTF-595147624915010001',
    'a b',
    'é',
    '天文',
    '-1',
    '~x',
    '.hidden',
    'a..b',
  ]) {
    assert.equal(escapeName(id), id);
  }
});

test('what file systems reserve is percent-escaped', () => {
  const names: [string, string][] = [
    ['', '%'],
    ['.', '%2E'],
    ['..', '%2E%2E'],
    ['...', '%2E%2E%2E'],
    ['a/b', 'a%2Fb'],
    ['../../etc/passwd', '..%2F..%2Fetc%2Fpasswd'],
    ['a\\b', 'a%5Cb'],
    ['100%', '100%25'],
    ['a\u0000b\n\u007f\u0085', 'a%00b%0A%7F%C2%85'],
    ['C:', 'C%3A'],
    ['a.', 'a%2E'],
    ['a ', 'a%20'],
    ['con', '%63on'],
    ['NUL.txt', '%4EUL.txt'],
    ['com1', '%63om1'],
    ['console', 'console'],
    ['\ud800', '%ED%A0%80'],
    ['\udc00', '%ED%B0%80'],
    ['\ud83d\ude00', '\ud83d\ude00'],
  ];
  for (const [text, name] of names) assert.equal(escapeName(text), name);
});

test('a folder of the client keeps its name to itself, also where file systems ignore case', () => {
  for (const name of [
    '_journal',
    '_Journal',
    '_DEAD-LETTER',
    '_redone',
    '.antares-owners',
    '.Antares-Owners',
  ])
    assert.match(escapeOwnFolder(name), /^%(5F|2E)/, name);
  assert.equal(escapeOwnFolder('_journals'), '_journals');
  assert.equal(escapeTemporaries('a/.antares-1.tmp'), 'a/%2Eantares-1.tmp');
  assert.equal(escapeTemporaries('.ANTARES-1.TMP'), '%2EANTARES-1.TMP');
});

test('a name that is too long is cut and ends in a hash of the whole', () => {
  const name = escapeName('é'.repeat(150));
  assert.match(name, /^é+~[0-9a-f]{16}$/);
  assert.ok(Buffer.byteLength(name) <= 200);
  assert.notEqual(name, escapeName('é'.repeat(151)));
  assert.match(escapeName('/'.repeat(300)), /^(%2F)+~[0-9a-f]{16}$/);
  assert.equal(escapeName('a'.repeat(200)), 'a'.repeat(200));
});

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  // UTF-16 units, whole characters or not.
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 100 })
    .map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('.', '..', '/', '\\', '%', '%2E', 'con', ' ', '\0', '\ud800'), { maxLength: 8 })
    .map((parts) => parts.join('')),
);

test('whatever a message says becomes one safe name of at most 200 bytes', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const name = escapeName(text);
      assert.ok(name !== '' && Buffer.byteLength(name) <= 200);
      assert.equal(basename(name), name);
      // eslint-disable-next-line no-control-regex -- control characters are what it looks for
      assert.doesNotMatch(name, /[\u0000-\u001f\u007f/\\:]|^\.+$|[. ]$|^(con|nul|aux|prn)(\.|$)/i);
      assert.equal(Buffer.from(name).toString(), name);
    }),
    { numRuns: 2_000 },
  );
});

test('different texts have different names', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      fc.pre(one !== other);
      assert.notEqual(escapeName(one), escapeName(other));
    }),
    { numRuns: 2_000 },
  );
});

test('where a file system ignores case, names that it would take for one differ', () => {
  const folded = (text: string): string => escapeNameIgnoringCase(text).normalize('NFD').toLowerCase();
  const texts = ['abc', 'Abc', 'ABC', 'é', 'e\u0301', 'É', 'ß', 'ẞ', 'con', 'CON', 'a/b', 'A/B'];
  assert.equal(new Set(texts.map(folded)).size, texts.length);
  assert.equal(escapeNameIgnoringCase('1262927'), '1262927');
  assert.match(escapeNameIgnoringCase('ZTF18abc'), /^ZTF18abc~[0-9a-f]{16}$/);
});

test('a folder cannot have the name of a record, a segment or a temporary', () => {
  assert.equal(
    escapeClientNames('t/00000000000000000007.record/.antares-x/2026-11-24'),
    't/%300000000000000000007.record/%2Eantares-x/2026-11-24',
  );
  assert.equal(
    escapeClientNames('00000000000000000007/1.5/a.antares-b'),
    '00000000000000000007/1.5/a.antares-b',
  );
});
