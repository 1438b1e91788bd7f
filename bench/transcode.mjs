// Microseconds from a message's bytes to its file's bytes, in one thread, without broker and disk:
//   node bench/transcode.mjs [SECONDS]
import { lsstSchema, lsstSchemaId } from '../build/src/simulate/schemas/lsst.js';
import { KnownSchemas } from '../build/src/worker/schemas.js';
import { Transcoder } from '../build/src/worker/transcode.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertsOf, kinds, schemaDir } from './alerts.mjs';

const seconds = Number(process.argv[2] ?? 3);
const schemas = new KnownSchemas();
if (schemaDir === null) schemas.add(lsstSchemaId, JSON.stringify(lsstSchema));
else
  for (const file of readdirSync(schemaDir))
    schemas.add(parseInt(file), JSON.parse(readFileSync(join(schemaDir, file), 'utf8')).schema);

for (const kind of kinds) {
  const { values, origin } = alertsOf(kind);
  const messages = values.map((value, offset) => {
    const shared = new Uint8Array(new SharedArrayBuffer(value.length));
    shared.set(value);
    return { topic: kind, partition: 0, offset, timestampMs: 0, key: null, headers: [], value: shared };
  });
  const options = { format: 'auto', indent: 4, nonFinite: 'auto', fieldPaths: ['alert_id'], schemas };
  const transcoder = new Transcoder(options);
  let outputBytes = 0;
  let alerts = 0;
  const round = () => {
    for (const message of messages)
      for (const { bytes } of transcoder.transcode(message)) {
        outputBytes += bytes.length;
        alerts += 1;
      }
  };
  const warmUntilMs = performance.now() + 1000;
  while (performance.now() < warmUntilMs) round();
  outputBytes = alerts = 0;
  const startMs = performance.now();
  while (performance.now() - startMs < seconds * 1000) round();
  const tookMs = performance.now() - startMs;
  const wireBytes = values.reduce((sum, value) => sum + value.length, 0) / values.length;
  console.log(
    `${kind} (${origin}): ${((1000 * tookMs) / alerts).toFixed(0)} µs an alert, ${(wireBytes / 1e3).toFixed(1)} kB in, ${(outputBytes / alerts / 1e3).toFixed(1)} kB out, ${(outputBytes / tookMs / 1e3).toFixed(0)} MB/s written`,
  );
}
