// What a contestant wrote is looked at before its time counts: every message there once, and samples of it compared with the reference.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { KnownSchemas } from '../build/src/worker/schemas.js';
import { Transcoder } from '../build/src/worker/transcode.js';
import { bestEnvironment } from './contestants/python.mjs';

/** So many alerts of each run are compared in full. */
const COMPARED = 40;
const RAW_HEADER_BYTES = 8;

/**
 * @param how `same bytes`, `parsed files`, `lines`, `rows` (whose values the tests compare, not the bench), `frames` or `nothing`.
 * @returns bytes written.
 * @throws Error what is missing, doubled or different.
 */
export function checkOutput(how, dir, { alerts, count, schemaDir, topic }) {
  if (how === 'nothing') return 0;
  const folder = join(dir, topic);
  const reference = referenceOf(alerts, schemaDir);
  const indexOf = new Map(Array.from({ length: count }, (_, i) => [alerts.idOf(i), i]));
  const stride = Math.max(1, Math.floor(count / COMPARED));
  const compare = (id, text) => {
    const index = indexOf.get(id);
    if (index === undefined) throw new Error(`${id} is no alert of the topic.`);
    indexOf.delete(id);
    if (index % stride !== 0) return;
    if (how === 'rows') return;
    const wanted = reference(index);
    const same = how === 'same bytes' ? text() === wanted : isDeepStrictEqual(parse(text()), parse(wanted));
    if (!same) throw new Error(`Alert ${id} is not what it should be.`);
  };
  const bytes = looks[how](folder, compare, alerts);
  if (how !== 'frames' && indexOf.size > 0)
    throw new Error(`${indexOf.size} of ${count} alerts are missing.`);
  if (how === 'frames' && bytes.frames !== count) throw new Error(`${bytes.frames} frames of ${count}.`);
  return how === 'frames' ? bytes.bytes : bytes;
}

const looks = { 'same bytes': files, 'parsed files': files, lines, rows, frames };

function files(folder, compare) {
  let bytes = 0;
  for (const path of filesBelow(folder, '.json')) {
    bytes += statSync(path).size;
    compare(basename(path, '.json'), () => readFileSync(path, 'utf8'));
  }
  return bytes;
}

function lines(folder, compare, { survey, idKey }) {
  let bytes = 0;
  for (const path of filesBelow(folder, '.ndjson')) {
    const data = readFileSync(path);
    bytes += data.length;
    let from = 0;
    for (let to = data.indexOf(10); to >= 0; from = to + 1, to = data.indexOf(10, from)) {
      const line = data.subarray(from, to);
      compare(idIn(line, survey, idKey), () => line.toString());
    }
    if (from !== data.length) throw new Error(`${path} does not end with a line.`);
  }
  return bytes;
}

/** By readers that are not the client's. */
function rows(folder, compare, { survey, idKey }) {
  const paths = [...filesBelow(folder, '.avro'), ...filesBelow(folder, '.parquet')];
  const place = survey === 'antares' ? `new_alert.${idKey}` : idKey;
  const script = join(import.meta.dirname, 'python', 'ids.py');
  const ids = execFileSync(join(bestEnvironment(), 'python'), [script, place, ...paths], {
    encoding: 'utf8',
    maxBuffer: 1 << 29,
  });
  for (const id of ids.split('\n').slice(0, -1)) compare(id);
  return paths.reduce((bytes, path) => bytes + statSync(path).size, 0);
}

/** Raw segments are checked by their lengths; their checksums are the client's own affair (`antares-client verify`). */
function frames(folder) {
  let bytes = 0;
  let count = 0;
  for (const path of filesBelow(folder, '.raw')) {
    const data = readFileSync(path);
    bytes += data.length;
    let at = RAW_HEADER_BYTES;
    for (; at < data.length; at += 4 + data.readUInt32LE(at)) count += 1;
    if (at !== data.length) throw new Error(`${path} ends within a frame.`);
  }
  return { bytes, frames: count };
}

function filesBelow(folder, extension) {
  const found = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return found.filter((name) => name.endsWith(extension)).map((name) => join(folder, name));
}

/** The id without parsing the line: the first of its key; with ANTARES in `new_alert`. */
function idIn(line, survey, idKey) {
  const from = survey === 'antares' ? line.indexOf('"new_alert"') : 0;
  const at = line.indexOf(`"${idKey}"`, from) + idKey.length + 2;
  return /\d+/.exec(line.subarray(at, at + 30).toString())[0];
}

/** The exact file of message i, by the client's plain way, without WebAssembly. */
function referenceOf(alerts, schemaDir) {
  const schemas = new KnownSchemas();
  for (const file of readdirSync(schemaDir))
    schemas.add(parseInt(file), JSON.parse(readFileSync(join(schemaDir, file), 'utf8')).schema);
  const options = { format: 'auto', indent: 4, nonFinite: 'auto', fieldPaths: [], schemas };
  const transcoder = new Transcoder({ ...options, webAssembly: false });
  return (i) => {
    const bytes = alerts.message(i);
    const value = new Uint8Array(new SharedArrayBuffer(bytes.length));
    value.set(bytes);
    const message = { topic: '', partition: 0, offset: i, timestampMs: 0, key: null, headers: [], value };
    const [record] = [...transcoder.transcode(message)];
    return Buffer.from(record.bytes).toString();
  };
}

/** NaN has no place in JSON: `null` and `NaN` count as the same. */
function parse(text) {
  return JSON.parse(text.replaceAll(/\b(NaN|-?Infinity)\b/g, 'null'));
}
