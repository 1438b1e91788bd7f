import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Data } from '../../../src/worker/datum/data.ts';
import { jsonText } from '../../../src/worker/datum/json-text.ts';
import { TapeCursor } from '../../../src/worker/datum/tape.ts';
import type { FormatOption } from '../../../src/worker/decode/detect.ts';
import { KnownSchemas } from '../../../src/worker/schemas.ts';
import type { Reduction } from '../../../src/worker/select/reduced.ts';
import { StampFiles } from '../../../src/worker/select/stamps.ts';
import { Transcoder } from '../../../src/worker/transcode.ts';
import { container, long, sized } from '../../support/avro.ts';
import { bsonDocument, document, element, int32, int32Bytes, text } from '../../support/bson.ts';
import { messageOf, readSamples, sampleSchema, skipSamples } from '../../support/samples.ts';
import { assertBad, jsonOf } from '../../support/transcode.ts';

const only = (...fields: string[]): Reduction => ({ fields, dropStamps: false });
const withoutStamps: Reduction = { fields: null, dropStamps: true };

const schemas = new KnownSchemas();
if (skipSamples === false) schemas.add(900, sampleSchema(900));

/** What is left of a message: read by the schema that it is saved with, and its schema. */
function left(wire: Buffer, reduction: Reduction): { json: string[]; schema: string; bytes: number } {
  const data = new Data({
    format: 'auto',
    schemas,
    reduction,
    stampFiles: null,
    checkOf: () => null,
  });
  const [datum] = data.read(messageOf(wire));
  assert.ok(datum?.form.kind === 'avro');
  const { schemaText } = datum.form;
  const key = Buffer.from(schemaText);
  const json = jsonOf(datum.bytes, { format: 'fink', nonFinite: 'literal' }, { key });
  return { json, schema: schemaText, bytes: datum.bytes.length };
}

test('less of a real alert, read by the derived schema, is what JSON has of it', {
  skip: skipSamples,
}, () => {
  for (const survey of ['ztf', 'lsst'] as const) {
    for (const { wire } of readSamples(survey).slice(0, 3)) {
      for (const reduction of [
        withoutStamps,
        only('candid', 'candidate.ra', 'prv_candidates.jd', 'diaSource.ra', 'diaObject', 'diaSourceId'),
        only('prvDiaSources.dec', 'diaSource', 'cutoutScience.stampData', 'prv_candidates'),
      ]) {
        const { json } = left(wire, reduction);
        assert.deepEqual(json, jsonOf(wire, { schemas, nonFinite: 'literal', reduction }));
      }
    }
  }
});

test('stamps that are dropped leave the file', { skip: skipSamples }, () => {
  const [{ wire } = { wire: Buffer.alloc(0) }] = readSamples('ztf');
  const { bytes, schema } = left(wire, withoutStamps);
  assert.ok(bytes < wire.length / 3);
  assert.doesNotMatch(schema, /cutout/);
});

test('a type is written out where what is kept meets it first, once for each part of it', () => {
  const pair = {
    type: 'record',
    name: 'pair',
    namespace: 'sky',
    fields: ['ra', 'dec'].map((name) => ({ name, type: 'int' })),
  };
  const schema = {
    type: 'record',
    name: 'alert',
    namespace: 'sky',
    fields: [
      { name: 'gone', type: pair },
      { name: 'whole', type: 'pair' },
      { name: 'again', type: ['null', 'sky.pair'] },
      { name: 'part', type: { type: 'array', items: 'pair' } },
      { name: 'map', type: { type: 'map', values: 'pair' } },
    ],
  };
  const pairOf = (first: number): Buffer => Buffer.concat([long(first), long(first + 1)]);
  const record = Buffer.concat([
    ...[pairOf(1), pairOf(3), long(1), pairOf(5)],
    ...[long(2), pairOf(7), pairOf(9), long(0)],
    ...[long(2), sized('a'), pairOf(11), sized('b'), pairOf(13), long(0)],
  ]);
  const wire = container(schema, [{ records: 1, bytes: record }]);
  const { json, schema: text } = left(wire, only('whole', 'again', 'part.dec', 'map.b'));
  assert.deepEqual(json, [
    '{"whole":{"ra":3,"dec":4},"again":{"ra":5,"dec":6},"part":[{"dec":8},{"dec":10}],"map":{"b":{"ra":13,"dec":14}}}',
  ]);
  assert.deepEqual(JSON.parse(text), {
    ...schema,
    fields: [
      { name: 'whole', type: pair },
      { name: 'again', type: ['null', 'sky.pair'] },
      {
        name: 'part',
        type: {
          type: 'array',
          items: { ...pair, name: 'pair_2', fields: [{ name: 'dec', type: 'int' }] },
        },
      },
      { name: 'map', type: { type: 'map', values: 'sky.pair' } },
    ],
  });
});

test('alerts without a schema are reduced, too', () => {
  const data = new Data({
    format: 'json',
    schemas,
    reduction: only('a.b'),
    stampFiles: null,
    checkOf: () => null,
  });
  const tapes = (text: string): string[] =>
    Array.from(data.read(messageOf(Buffer.from(text))), ({ bytes }) => Buffer.from(bytes).toString('hex'));
  assert.deepEqual(tapes('{"a":{"b":1,"c":2},"d":3}'), tapes('{"a":{"b":1}}'));
});

/** The images at the top of an alert are of the same type as something below. */
function imagesOf(stamp: unknown): Record<string, unknown> {
  const picture = {
    type: 'record',
    name: 'Picture',
    fields: [
      { name: 'name', type: 'string' },
      { name: 'data', type: stamp },
    ],
  };
  const fields = [
    { name: 'cutoutScience', type: ['null', picture] },
    { name: 'cutoutTemplate', type: ['null', 'Picture'] },
    { name: 'finder', type: 'Picture' },
  ];
  return { type: 'record', name: 'Alert', fields };
}

test('where stamps are extracted the schema has a text for their bytes, and only there', () => {
  const data = new Data({
    ...{ format: 'auto', schemas, reduction: null, checkOf: () => null },
    stampFiles: (message, place) => StampFiles.byOffset(message, '', place),
  });
  const bytes = sized('FITS');
  const record = Buffer.concat([long(1), sized('a'), bytes, long(0), sized('b'), bytes]);
  const [datum, second] = data.read(
    messageOf(container(imagesOf('bytes'), [{ records: 2, bytes: Buffer.concat([record, record]) }])),
  );
  assert.ok(datum?.form.kind === 'avro' && second !== undefined);
  const folder = 'test/0/stamps/00000000000000000000';
  const name = `${folder}/00000000000000000007-0.cutoutScience.fits`;
  assert.deepEqual(jsonOf(datum.bytes, { format: 'fink' }, { key: Buffer.from(datum.form.schemaText) }), [
    `{"cutoutScience":{"name":"a","data":"${name}"},"cutoutTemplate":null,"finder":{"name":"b","data":"RklUUw=="}}`,
  ]);
  assert.deepEqual(
    [...datum.stamps, ...second.stamps].map(({ path, bytes: image }) => [
      path,
      Buffer.from(image).toString(),
    ]),
    [
      [name, 'FITS'],
      [name.replace('-0', '-1'), 'FITS'],
    ],
  );
});

test('several images in one field have each a file of its own', () => {
  const images = { type: 'array', items: 'bytes' };
  const schema = { type: 'record', name: 'Alert', fields: [{ name: 'cutoutScience', type: images }] };
  const record = Buffer.concat([long(3), sized('one'), sized('two'), sized('three'), long(0)]);
  const message = messageOf(container(schema, [{ records: 1, bytes: record }]));
  const transcoder = new Transcoder({
    ...{ format: 'auto', indent: 0, nonFinite: 'auto', fieldPaths: [], schemas },
    stampFiles: () => StampFiles.beside('ztf/a.json'),
  });
  const [alert] = transcoder.transcode(message);
  assert.deepEqual(JSON.parse(Buffer.from(alert?.bytes ?? []).toString()), {
    cutoutScience: ['a.cutoutScience.fits', 'a.cutoutScience.2.fits', 'a.cutoutScience.3.fits'],
  });
  assert.deepEqual(
    alert?.stamps?.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('latin1')]),
    [
      ['ztf/a.cutoutScience.fits', 'one'],
      ['ztf/a.cutoutScience.2.fits', 'two'],
      ['ztf/a.cutoutScience.3.fits', 'three'],
    ],
  );
});

test('a stamp that may be a text in its schema cannot be extracted', () => {
  const data = new Data({
    ...{ format: 'auto', schemas, reduction: null, checkOf: () => null },
    stampFiles: (message, place) => StampFiles.byOffset(message, '', place),
  });
  const wire = container(imagesOf(['string', 'bytes']), [{ records: 1, bytes: Buffer.alloc(1) }]);
  assertBad('BAD_SCHEMA', () => [...data.read(messageOf(wire))]);
});

/** What is left of a message that has no schema, as JSON. */
function leftOnTape(wire: Buffer, reduction: Reduction, format: FormatOption): string {
  const data = new Data({ format, schemas, reduction, stampFiles: null, checkOf: () => null });
  const [datum] = data.read(messageOf(wire));
  assert.ok(datum?.form.kind === 'values');
  const cursor = new TapeCursor();
  cursor.begin(datum.bytes);
  return jsonText(cursor.value());
}

test('of values whose names the decoder gives, too, only the fields that are kept are left', () => {
  const pointer = element(0x0c, text('stars').bytes, Buffer.alloc(12, 1));
  const scope = Buffer.concat([text('x()').bytes, document(['a', int32(1)], ['b', int32(2)]).bytes]);
  const code = element(0x0f, int32Bytes(scope.length + 4), scope);
  const bson = bsonDocument(['pointer', pointer], ['code', code], ['last', int32(3)]);
  const id = '01'.repeat(12);
  const cases: [Buffer, FormatOption, string[], string][] = [
    [bson, 'antares', ['pointer.a', 'code.a', 'last'], '{"pointer":{},"code":{},"last":3}'],
    [
      bson,
      'antares',
      ['pointer.$id', 'code.$scope.b'],
      `{"pointer":{"$id":"${id}"},"code":{"$scope":{"b":2}}}`,
    ],
    [bson, 'antares', ['pointer.$ref', 'code.$code'], '{"pointer":{"$ref":"stars"},"code":{"$code":"x()"}}'],
    [Buffer.from('plain'), 'text', ['candid'], '{}'],
    [Buffer.from('plain'), 'text', ['text'], '{"text":"plain"}'],
  ];
  for (const [wire, format, fields, expected] of cases) {
    const reduction = only(...fields);
    assert.deepEqual(jsonOf(wire, { format, reduction }), [expected]);
    assert.equal(leftOnTape(wire, reduction, format), expected);
  }
});
