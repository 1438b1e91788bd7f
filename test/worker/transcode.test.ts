import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertId, idPaths } from '../../src/worker/name/alert-id.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { Transcoder, type TranscoderOptions } from '../../src/worker/transcode.ts';
import { messageOf, readSamples, sampleSchema, skipSamples, type Survey } from '../support/samples.ts';

function transcoder(options: Partial<TranscoderOptions> = {}): Transcoder {
  const schemas = new KnownSchemas();
  schemas.add(900, sampleSchema(900));
  return new Transcoder({
    format: 'auto',
    indent: 4,
    nonFinite: 'auto',
    fieldPaths: idPaths,
    schemas,
    ...options,
  });
}

for (const survey of ['antares', 'ztf', 'lsst'] satisfies Survey[]) {
  test(`every real ${survey} alert comes out byte for byte, under its name`, { skip: skipSamples }, () => {
    const samples = readSamples(survey);
    assert.ok(samples.length > 0);
    const way = transcoder();
    for (const { name, wire, json } of samples) {
      const message = messageOf(wire);
      const [alert, ...more] = [...way.transcode(message)];
      assert.ok(alert && more.length === 0);
      assert.equal(Buffer.from(alert.bytes).toString(), json.toString(), name);
      assert.equal(alertId(alert.fields, message, 'test', null), name);
    }
  });

  test(`a hook that returns the ${survey} alert it was given changes no byte`, { skip: skipSamples }, () => {
    const way = transcoder();
    for (const { wire, json, name } of readSamples(survey)) {
      for (const alert of way.transcodeWithObjects(messageOf(wire))) {
        assert.equal(Buffer.from(alert.bytes).toString(), json.toString(), name);
        assert.equal(Buffer.from(alert.encodeReturned(alert.alert)).toString(), json.toString(), name);
        assert.equal(
          Buffer.from(alert.encodeReturned(structuredClone(alert.alert))).toString(),
          json.toString(),
          name,
        );
      }
    }
  });

  test(`with indent 0 a ${survey} alert is one line that parses to the same`, { skip: skipSamples }, () => {
    const way = transcoder({ indent: 0 });
    for (const { wire, json } of readSamples(survey)) {
      for (const { bytes } of way.transcode(messageOf(wire))) {
        const text = Buffer.from(bytes).toString();
        assert.doesNotMatch(text.replace(/"(?:[^"\\]|\\.)*"/g, '""'), /\s/);
        assert.deepEqual(JSON.parse(text), JSON.parse(json.toString()));
      }
    }
  });
}
