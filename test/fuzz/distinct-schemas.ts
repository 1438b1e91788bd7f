import assert from 'node:assert/strict';
import { heldMB } from '../support/held.ts';
import { container, long } from '../support/avro.ts';
import { messageOf } from '../support/samples.ts';
import { transcoder } from '../support/transcode.ts';

/** Until here caches fill. */
const WARM_UP = 2_000;
const FIELDS = 40;

/** What is held after the first few, and after the last. */
export interface SchemaMemory {
  readonly atFirstMB: number;
  readonly atLastMB: number;
}

/** Reads so many Avro containers, each with a schema of its own. */
export function readDistinctSchemas(count: number): SchemaMemory {
  const reader = transcoder();
  let atFirstMB = 0;
  for (let i = 0; i < count; i++) {
    const names = Array.from({ length: FIELDS }, (_, field) => `field_${i}_${field}`);
    const schema = {
      type: 'record',
      name: `Alert${i}`,
      fields: names.map((name) => ({ name, type: 'int' })),
    };
    const bytes = Buffer.concat(names.map((_, field) => long(field)));
    const alerts = [...reader.transcode(messageOf(container(schema, [{ records: 1, bytes }])))];
    assert.equal(alerts.length, 1);
    if (i === Math.min(WARM_UP, count - 1)) atFirstMB = Math.round(heldMB());
  }
  return { atFirstMB, atLastMB: Math.round(heldMB()) };
}
