// Processor time in microseconds from a message's bytes to its file's bytes, without broker and disk, with WebAssembly and without:
//   node bench/transcode.mjs [SECONDS]
// Both ways take turns, so that whatever else the machine does meets both; what counts is their ratio.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lsstSchema, lsstSchemaId } from '../build/src/simulate/schemas/lsst.js';
import { KnownSchemas } from '../build/src/worker/schemas.js';
import { Transcoder } from '../build/src/worker/transcode.js';
import { alertsOf, kinds, schemaDir } from './alerts.mjs';

const seconds = Number(process.argv[2] ?? 3);
const TURN_MS = 50;
const schemas = new KnownSchemas();
if (schemaDir === null) schemas.add(lsstSchemaId, JSON.stringify(lsstSchema));
else
  for (const file of readdirSync(schemaDir))
    schemas.add(parseInt(file), JSON.parse(readFileSync(join(schemaDir, file), 'utf8')).schema);

for (const kind of kinds) for (const indent of [4, 0]) measure(kind, indent);

function measure(kind, indent) {
  const { values, origin } = alertsOf(kind);
  const messages = values.map((value, offset) => {
    const shared = new Uint8Array(new SharedArrayBuffer(value.length));
    shared.set(value);
    return { topic: kind, partition: 0, offset, timestampMs: 0, key: null, headers: [], value: shared };
  });
  const options = { format: 'auto', indent, nonFinite: 'auto', fieldPaths: ['alert_id'], schemas };
  const ways = [true, false].map((webAssembly) => ({
    transcoder: new Transcoder({ ...options, webAssembly }),
    turns: [],
    outputBytes: 0,
  }));
  const turn = (way) => {
    const startMs = performance.now();
    const start = process.cpuUsage();
    let alerts = 0;
    way.outputBytes = 0;
    while (performance.now() - startMs < TURN_MS) {
      alerts += messages.length;
      for (const message of messages)
        for (const { bytes } of way.transcoder.transcode(message)) way.outputBytes += bytes.length;
    }
    way.outputBytes /= alerts;
    const { user, system } = process.cpuUsage(start);
    return (user + system) / alerts;
  };
  const rounds = Math.max(1, Math.round((seconds * 1000) / TURN_MS / 2));
  const warmUp = Math.max(5, Math.round(rounds / 3));
  for (let round = -warmUp; round < rounds; round++) {
    for (const way of ways) {
      const us = turn(way);
      if (round >= 0) way.turns.push(us);
    }
  }
  const [fast, plain] = ways.map(({ turns }) => median(turns));
  const wireBytes = values.reduce((sum, value) => sum + value.length, 0) / values.length;
  console.log(
    `${kind} (${origin}), indent ${indent}: ${fast.toFixed(0)} µs of CPU an alert with WebAssembly, ${plain.toFixed(0)} µs without, ${(plain / fast).toFixed(2)} ×; ${(wireBytes / 1e3).toFixed(1)} kB in, ${(ways[0].outputBytes / 1e3).toFixed(1)} kB out`,
  );
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
