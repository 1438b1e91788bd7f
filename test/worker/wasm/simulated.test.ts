import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lsstSchema, lsstSchemaId } from '../../../src/simulate/schemas/lsst.ts';
import { simulateNight, surveys } from '../../../src/simulate/night.ts';
import { idPaths } from '../../../src/worker/name/alert-id.ts';
import { KnownSchemas } from '../../../src/worker/schemas.ts';
import { BothWays } from '../../support/both-ways.ts';
import { messageOf } from '../../support/samples.ts';

const schemas = new KnownSchemas();
schemas.add(lsstSchemaId, JSON.stringify(lsstSchema));

for (const survey of surveys) {
  test(`a simulated night of ${survey} comes out as without WebAssembly`, () => {
    for (const indent of [0, 4]) {
      const ways = new BothWays({ indent, schemas, fieldPaths: idPaths });
      for (const { value } of simulateNight({ survey, seed: 5, count: 40 })) {
        assert.equal(ways.transcode(messageOf(value)).error, null);
      }
    }
  });
}
