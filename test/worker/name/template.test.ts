import assert from 'node:assert/strict';
import { normalize, relative, resolve } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { ClientError } from '../../../src/errors.ts';
import { PathTemplate } from '../../../src/worker/name/template.ts';
import { messageOf } from '../../support/samples.ts';

const evening = Date.UTC(2026, 10, 24, 22, 30);

/** The path of an alert whose captured fields are these, by their paths. */
function pathOf(
  template: string,
  fields: Record<string, string>,
  { timestampMs = evening, record = 0, records = 1, caseInsensitive = false, topic = 'test' } = {},
): string {
  const parsed = new PathTemplate(template, caseInsensitive);
  const message = messageOf(new Uint8Array(), { topic, partition: 3, offset: 42, timestampMs });
  return parsed.render({
    message,
    topic,
    record,
    records,
    fields: parsed.fieldPaths.map((path) => fields[path]),
  });
}

test('the default template gives the path that the original client wrote', () => {
  assert.equal(pathOf('{topic}/{alert_id}.json', { 'new_alert.alert_id': '1262927' }), 'test/1262927.json');
  assert.equal(
    pathOf('{topic}/{alert_id}.json', {
      'new_alert.survey': '1',
      'new_alert.original_id': '595147624915010001',
    }),
    'test/1-595147624915010001.json',
  );
});

test('every field of a template comes from the message', () => {
  assert.equal(
    pathOf('{topic}-{date}/p{partition}/{offset}_{record}.json', { id: 'x' }, { record: 1, records: 2 }),
    'test-2026-11-24/p3/42_1.json',
  );
  assert.match(pathOf('{hash2}/{alert_id}.json', { id: 'x' }), /^[0-9a-f]{2}\/x\.json$/);
  assert.equal(
    pathOf('{candidate.fid}/{.publisher}/{candid.x.y}', { 'candidate.fid': '2', publisher: 'ZTF' }),
    '2/ZTF/null',
  );
});

test('an alert without an id is named by its place, with the record where there are several', () => {
  assert.equal(pathOf('{alert_id}.json', {}), 'test-3-42.json');
  assert.equal(pathOf('{alert_id}.json', {}, { record: 1, records: 2 }), 'test-3-42-1.json');
});

test('no message writes among the dead letters or the journal', () => {
  const fields = { publisher: '_dead-letter', id: '_journal' };
  assert.equal(pathOf('{.publisher}/x', { publisher: '_redone' }), '%5Fredone/x');
  assert.equal(pathOf('{.publisher}/x', { publisher: '.antares-owners' }), '%2Eantares-owners/x');
  assert.equal(pathOf('{.publisher}/{alert_id}.json', fields), '%5Fdead-letter/_journal.json');
  assert.equal(pathOf('{alert_id}/{.publisher}', fields), '%5Fjournal/_dead-letter');
  assert.equal(pathOf('{topic}/{offset}.json', {}, { topic: '_dead-letter' }), '%5Fdead-letter/42.json');
  assert.match(pathOf('{topic}/x', {}, { topic: '_Journal', caseInsensitive: true }), /~[0-9a-f]{16}\/x$/);
  assert.equal(pathOf('{topic}/x', {}, { topic: '_journals' }), '_journals/x');
});

test('no message names its file like a temporary, which would be swept', () => {
  const id = '.antares-tag-1-a.0-0.tmp';
  assert.equal(pathOf('{alert_id}', { id }), `%2E${id.slice(1)}`);
  assert.equal(pathOf('{topic}/{.part}ares-{alert_id}', { part: '.ant', id }), `test/%2Eantares-${id}`);
  assert.equal(pathOf('{alert_id}.json', { id: '20000000000000000000' }), '20000000000000000000.json');
});

const JD_OF_1970 = 2_440_587.5;
const julianDay = (...utc: [number, number, number, number, number]): number =>
  Date.UTC(...utc) / 86_400_000 + JD_OF_1970;

test('a night of ZTF goes from noon to noon at Palomar, 19:47 UTC, and is named after its evening', () => {
  const nightAt = (hour: number, minute: number): string =>
    pathOf('{night}', { 'candidate.jd': String(julianDay(2026, 10, 24, hour, minute)) });
  assert.equal(nightAt(3, 0), '2026-11-23');
  assert.equal(nightAt(13, 0), '2026-11-23');
  assert.equal(nightAt(19, 46), '2026-11-23');
  assert.equal(nightAt(19, 49), '2026-11-24');
});

test('a night of LSST goes from noon to noon at Cerro Pachón, 16:43 UTC', () => {
  for (const path of ['diaSource.midpointMjdTai', 'diaSource.midPointTai']) {
    const nightAt = (hour: number, minute: number): string =>
      pathOf('{night}', { [path]: String(julianDay(2026, 10, 24, hour, minute) - 2_400_000.5) });
    assert.equal(nightAt(2, 0), '2026-11-23');
    assert.equal(nightAt(16, 42), '2026-11-23');
    assert.equal(nightAt(16, 44), '2026-11-24');
  }
});

test('the night of an ANTARES alert and of a locus is that of the observation', () => {
  assert.equal(pathOf('{night}', { 'new_alert.mjd': '58332.2362847002' }), '2018-08-01');
  assert.equal(pathOf('{night}', { 'properties.newest_alert_observation_time': '58332.9' }), '2018-08-02');
});

test('a field that stands in the template beside {night} is taken for both', () => {
  const fields = { 'candidate.jd': String(julianDay(2026, 10, 24, 3, 0)) };
  assert.equal(pathOf('{candidate.jd}/{night}', fields), `${fields['candidate.jd']}/2026-11-23`);
});

test('a placeholder is no time of an observation', () => {
  for (const jd of ['-999.0', 'nan', 'null', '', '0', '1e300', 'inf'])
    assert.equal(pathOf('{night}', { 'candidate.jd': jd, 'new_alert.mjd': '58332.2' }), '2018-08-01');
});

test('without a time of observation a night goes from noon to noon UTC of the timestamp', () => {
  const nightAt = (hour: number): string =>
    pathOf('{night}', {}, { timestampMs: Date.UTC(2026, 10, 24, hour) });
  assert.equal(nightAt(11.9), '2026-11-23');
  assert.equal(nightAt(12), '2026-11-24');
  assert.equal(nightAt(23), '2026-11-24');
  assert.equal(pathOf('{night}', {}, { timestampMs: 0 }), '1969-12-31');
});

test('a timestamp that is missing or beyond the calendar has a folder too', () => {
  for (const timestampMs of [-1, Number.MAX_SAFE_INTEGER, Date.UTC(10_000, 0)]) {
    assert.equal(pathOf('{date}/{night}', {}, { timestampMs }), 'undated/undated');
  }
});

test('hashes spread ids over all 256 folders', () => {
  const folders = new Set(Array.from({ length: 5_000 }, (_, id) => pathOf('{hash2}', { id: String(id) })));
  assert.equal(folders.size, 256);
});

test('a name put together of long parts is cut but keeps its extension', () => {
  const name = pathOf('{.a}_{.b}.json', { a: 'x'.repeat(180), b: 'y'.repeat(180) });
  assert.match(name, /^x{180}_y*~[0-9a-f]{16}\.json$/);
  assert.ok(Buffer.byteLength(name) <= 240);
  assert.equal(pathOf('{.a}{.b}', { a: 'co', b: 'n' }), '%63on');
});

test('on a file system that ignores case only what could be mistaken gets a hash', () => {
  const path = pathOf('{topic}/{date}/{alert_id}.json', { id: 'ZTF18abc' }, { caseInsensitive: true });
  assert.match(path, /^test\/2026-11-24\/ZTF18abc~[0-9a-f]{16}\.json$/);
});

test('whatever a message says, the path stays below the folder and has as many parts as its template', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('..', '.', '/', '\\', '\0', 'a'), { maxLength: 6 })
      .map((parts) => parts.join('')),
  );
  const template = fc.constantFrom(
    '{.a}',
    '{.a}/{.b}',
    '{topic}/{alert_id}.json',
    '.{.a}/{.b}{.a}',
    '{.a}{.b}/{hash2}',
  );
  fc.assert(
    fc.property(template, hostile, hostile, fc.boolean(), (text, a, b, caseInsensitive) => {
      const path = pathOf(text, { a, b, id: a }, { caseInsensitive });
      assert.equal(path.split('/').length, text.split('/').length);
      assert.equal(normalize(path), path);
      const inside = relative('/out', resolve('/out', path));
      assert.ok(inside !== '' && !inside.split('/').includes('..'), inside);
    }),
    { numRuns: 1_000 },
  );
});

const refused: [string, RegExp][] = [
  ['{topic}/{alertid}.json', /\{alertid\} is not known; there are \{topic\} \{alert_id\}/],
  ['{publisher}', /such as \{candidate\.fid\}, or \{\.publisher\} at the top/],
  ['{}', /\{\} is not known.*fid\}\.$/],
  ['{.}', /\{\.\} is not known/],
  ['{a..b}', /is not known/],
  ['{a.b.}', /is not known/],
  ['/tmp/{alert_id}.json', /relative path/],
  ['../{alert_id}.json', /relative path/],
  ['a/../{alert_id}.json', /relative path/],
  ['a//{alert_id}.json', /relative path/],
  ['{topic}/', /relative path/],
  ['', /relative path/],
  ['{topic', /braces/],
  ['topic}', /braces/],
  ['{topic}\\{alert_id}', /backslash/],
  ['a\0', /control character/],
];

for (const [template, text] of refused) {
  test(`the template ${JSON.stringify(template)} is refused at the start`, () => {
    assert.throws(
      () => new PathTemplate(template, false),
      (error: unknown) => error instanceof ClientError && error.code === 'CONFIG' && text.test(error.message),
    );
  });
}
