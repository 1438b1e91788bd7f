import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lsstSchema, lsstSchemaId } from '../../../src/simulate/schemas/lsst.ts';
import { simulateNight } from '../../../src/simulate/night.ts';
import { surveys } from '../../../src/simulate/surveys.ts';
import { idPaths } from '../../../src/worker/name/alert-id.ts';
import { KnownSchemas } from '../../../src/worker/schemas.ts';
import { BothWays, reductions } from '../../support/both-ways.ts';
import { messageOf } from '../../support/samples.ts';

const schemas = new KnownSchemas();
schemas.add(lsstSchemaId, JSON.stringify(lsstSchema));

for (const survey of surveys) {
  test(`a simulated night of ${survey} comes out as without WebAssembly`, () => {
    const [withoutStamps] = reductions;
    for (const [indent, reduction] of [
      [0, null],
      [4, null],
      [4, withoutStamps ?? null],
    ] as const) {
      const ways = new BothWays({ indent, schemas, fieldPaths: idPaths, reduction });
      for (const { value } of simulateNight({ survey, seed: 5, count: 40 })) {
        assert.equal(ways.transcode(messageOf(value)).error, null);
      }
    }
  });
}
