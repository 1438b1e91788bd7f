// What is measured with: real alerts from a folder of samples, or simulated ones. Each message gets an id of its own, else a loop over a
// few alerts would write the same few files again and again; and stamps of its own, else dictionaries would hold a few images for all.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, inflateSync } from 'node:zlib';
import { simulateNight } from '../build/src/simulate/night.js';
import { stampsIn, varyStamps } from './stamps.mjs';

/** So many different alerts are simulated; the rest differs by its id. */
const SIMULATED = 200;
const FIRST_ANTARES_ID = 10_000_000;
/** By the bytes that the id takes on the wire, so that a new one fits in the place of the old one. */
const firstIds = { 8: 7_000_000_000_000_000n, 9: 600_000_000_000_000_000n };

/** Where in an alert's JSON its id stands. */
const idKeys = { antares: 'alert_id', ztf: 'candid', lsst: 'diaSourceId' };

/**
 * Messages of one survey.
 *
 * @param samplesDir holds `<survey>/NAME.wire`, NAME being the alert's id; null: simulated ones.
 * @param small without stamps and history, about 1 kB for LSST.
 * @returns `message(i)` and `idOf(i)` for any i.
 */
export function alertsOf(survey, samplesDir, { small = false } = {}) {
  const bases = samplesDir === null ? simulated(survey, small) : samples(join(samplesDir, survey));
  const patch = survey === 'antares' ? patchBson : patchVarint;
  const patches = bases.map((base) => patch(base));
  const at = (i) => patches[i % patches.length];
  return {
    survey,
    /** Of real alerts; null: the simulator's. */
    schemaDir: samplesDir === null ? null : join(samplesDir, 'lsst', 'registry'),
    origin: samplesDir === null ? 'simulated' : 'real',
    idKey: idKeys[survey],
    meanBytes: bases.reduce((sum, { value }) => sum + value.length, 0) / bases.length,
    message: (i) => at(i).message(i),
    idOf: (i) => at(i).idOf(i),
  };
}

function simulated(survey, small) {
  const size = small ? { stamps: false, history: 0 } : {};
  return [...simulateNight({ survey, seed: 1, count: SIMULATED, ...size })];
}

function samples(dir) {
  return readdirSync(dir)
    .filter((file) => file.endsWith('.wire'))
    .map((file) => ({ name: file.slice(0, -'.wire'.length), value: readFileSync(join(dir, file)) }));
}

/** ANTARES: an int32 in the document of `new_alert`, inside the zlib stream. */
function patchBson({ value }) {
  const document = inflateSync(value);
  const place = document.indexOf('\x10alert_id\0', document.indexOf('new_alert\0')) + '\x10alert_id\0'.length;
  const idOf = (i) => FIRST_ANTARES_ID + i;
  return {
    idOf: (i) => String(idOf(i)),
    message: (i) => {
      document.writeInt32LE(idOf(i), place);
      return deflateSync(document);
    },
  };
}

/** Avro: the id is the name of the alert, and stands in it once or more as a zigzag varint. */
function patchVarint({ name, value }) {
  const old = varint(BigInt(name));
  const first = firstIds[old.length];
  const stamps = stampsIn(value);
  const places = [];
  for (let at = value.indexOf(old); at >= 0; at = value.indexOf(old, at + 1)) places.push(at);
  if (first === undefined || places.length === 0) throw new Error(`Alert ${name} does not hold its id.`);
  return {
    idOf: (i) => String(first + BigInt(i)),
    message: (i) => {
      const message = Buffer.from(value);
      const id = varint(first + BigInt(i));
      for (const place of places) id.copy(message, place);
      varyStamps(message, stamps, i);
      return message;
    },
  };
}

function varint(id) {
  const bytes = [];
  let rest = id << 1n;
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
