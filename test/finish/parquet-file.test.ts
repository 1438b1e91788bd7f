import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from '@duckdb/node-api';
import fc from 'fast-check';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { crc32c } from '../../src/checksum.ts';
import { LooseFile } from '../../src/finish/loose-file.ts';
import { NewFile } from '../../src/finish/new-file.ts';
import { writeParquet } from '../../src/finish/parquet-file.ts';
import { valuesForm } from '../../src/worker/datum/form.ts';
import { TapeWriter } from '../../src/worker/datum/tape-writer.ts';
import { PathNode } from '../../src/worker/decode/path-node.ts';
import type { AlertVisitor } from '../../src/worker/decode/visitor.ts';
import { tellReturned } from '../../src/worker/encode/returned.ts';
import { looseHead } from '../../src/worker/write/loose-records.ts';
import { loadZstd } from '../../src/zstd.ts';
import { long, sized } from '../support/avro.ts';
import { anyAvroRecord } from '../support/avro-values.ts';
import { newFolder } from '../support/client.ts';
import { python, skipReaders } from '../support/readers.ts';

const duckdb = await (await DuckDBInstance.create(':memory:')).connect();
after(() => {
  duckdb.closeSync();
});

async function query(sql: string): Promise<Record<string, DuckDBValue>[]> {
  return (await duckdb.runAndReadAll(sql)).getRowObjects();
}

/** Loose records as a segment holds them before it is finished. */
function writeLoose(path: string, schema: unknown, records: Iterable<Uint8Array>): LooseFile {
  const parts: Uint8Array[] = [looseHead({ kind: 'avro', schemaText: JSON.stringify(schema) })];
  for (const record of records) {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(record.length);
    parts.push(size, record);
  }
  const content = Buffer.concat(parts);
  writeFileSync(path, content);
  return new LooseFile(path, crc32c(content));
}

async function finish(loose: LooseFile, to: string): Promise<void> {
  const file = new NewFile(to);
  await writeParquet(loose, file);
  loose.close();
  file.close();
}

/** As {@link AvroValue} has it. */
function plain(value: DuckDBValue): unknown {
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  if (value instanceof DuckDBListValue) return value.items.map(plain);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([name, each]) => [name, plain(each)]));
  if (value instanceof DuckDBMapValue)
    return new Map(value.entries.map(({ key, value: each }) => [plain(key), plain(each)]));
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimeValue) return value.micros;
  if (value instanceof DuckDBTimestampNanosecondsValue) return value.nanos;
  if (value instanceof DuckDBDecimalValue) return value.value;
  return value;
}

test('DuckDB finds in a file what was in the records, whatever their schema is', async (t) => {
  const dir = newFolder(t);
  let files = 0;
  const tables = anyAvroRecord(3).chain(({ schema, values }) =>
    fc.record({ schema: fc.constant(schema), rows: fc.array(values, { minLength: 1, maxLength: 40 }) }),
  );
  await fc.assert(
    fc.asyncProperty(tables, async ({ schema, rows }) => {
      // DuckDB remembers what a file of a name held.
      const path = join(dir, `${++files}.parquet`);
      await finish(
        writeLoose(
          join(dir, 'loose'),
          schema,
          rows.map(({ bytes }) => bytes),
        ),
        path,
      );
      const found = await query(`SELECT * FROM read_parquet('${path}')`);
      const wanted = rows.map(({ column }) => (column === '{}' ? { nothing: null } : column));
      const columns = found.map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
      );
      assert.deepEqual(columns, wanted);
    }),
    { numRuns: 500 },
  );
});

const alert = {
  type: 'record',
  name: 'alert',
  fields: [
    { name: 'id', type: 'long' },
    { name: 'band', type: ['null', 'string'] },
    { name: 'fluxes', type: { type: 'array', items: 'double' } },
    { name: 'stamp', type: 'bytes' },
  ],
};
const STAMP_BYTES = 100_000;

function alertOf(id: number): { record: Buffer; stamp: Buffer } {
  const stamp = randomBytes(STAMP_BYTES);
  const double = Buffer.alloc(8);
  double.writeDoubleLE(id % 10 === 0 ? Number.NaN : id / 2);
  const band = id % 3 === 0 ? long(0) : Buffer.concat([long(1), sized('ugrizy'[id % 6] ?? '')]);
  const record = Buffer.concat([long(id), band, long(1), double, long(0), sized(stamp)]);
  return { record, stamp };
}

test('what does not fit into one row group goes on in the next, each with the bounds of what is in it', async (t) => {
  const dir = newFolder(t);
  const path = join(dir, 'large.parquet');
  const stamps: string[] = [];
  const records = function* (): Generator<Buffer> {
    for (let id = 1; id <= 400; id++) {
      const { record, stamp } = alertOf(id);
      stamps.push(createHash('md5').update(stamp).digest('hex'));
      yield record;
    }
  };
  await finish(writeLoose(join(dir, 'loose'), alert, records()), path);
  const rows = await query(
    `SELECT id, band, fluxes[1] AS flux, md5(stamp) AS stamp FROM read_parquet('${path}')`,
  );
  assert.deepEqual(
    rows.map(({ stamp }) => stamp),
    stamps,
  );
  assert.deepEqual(
    rows.map(({ id }) => id),
    stamps.map((_, i) => BigInt(i + 1)),
  );
  assert.deepEqual(
    rows.slice(0, 3).map(({ band }) => band),
    ['g', 'r', null],
  );
  assert.deepEqual([rows[8]?.['flux'], rows[9]?.['flux']], [4.5, Number.NaN]);
  const groups = await query(
    `SELECT row_group_num_rows AS rows, stats_min_value AS least, stats_max_value AS largest, stats_null_count AS nulls
     FROM parquet_metadata('${path}') WHERE path_in_schema = 'id' ORDER BY row_group_id`,
  );
  assert.ok(groups.length > 2, `${groups.length} row groups`);
  let before = 0;
  for (const { rows: count, least, largest, nulls } of groups) {
    assert.deepEqual([Number(least), Number(largest), nulls], [before + 1, before + Number(count), 0n]);
    before += Number(count);
  }
  const [bands] = await query(
    `SELECT sum(stats_null_count) AS nulls, min(stats_min_value) AS least, max(stats_max_value) AS largest
     FROM parquet_metadata('${path}') WHERE path_in_schema = 'band'`,
  );
  assert.deepEqual([Number(bands?.['nulls']), bands?.['least'], bands?.['largest']], [133, 'g', 'z']);
});

test('a search finds NaN among numbers, where it sorts above them all as where it is asked for', async (t) => {
  const dir = newFolder(t);
  const path = join(dir, 'nan.parquet');
  const fields = [
    { name: 'flux', type: 'double' },
    { name: 'error', type: 'float' },
  ];
  const rows = [1.5, Number.NaN, -2].map((value) =>
    Buffer.concat([
      Buffer.from(new Float64Array([value]).buffer),
      Buffer.from(new Float32Array([value]).buffer),
    ]),
  );
  await finish(writeLoose(join(dir, 'loose'), { type: 'record', name: 'alert', fields }, rows), path);
  for (const search of ["flux = 'nan'", 'flux > 10', 'isnan(flux)', "error = 'nan'", 'error > 10'])
    assert.deepEqual(
      await query(`SELECT flux FROM read_parquet('${path}') WHERE ${search}`),
      [{ flux: Number.NaN }],
      search,
    );
});

function tell(value: unknown, visitor: AlertVisitor): void {
  tellReturned(value, { byObject: new WeakMap(), byPath: new PathNode(), byKey: new Set() }, visitor);
}

/** Alerts without a schema, as a segment holds them before it is finished. */
function writeLooseValues(path: string, alerts: readonly unknown[]): LooseFile {
  const tapes = new TapeWriter();
  const parts: Uint8Array[] = [looseHead(valuesForm)];
  for (const alert of alerts) {
    const tape = tapes.write((visitor) => {
      tell(alert, visitor);
    });
    const size = Buffer.alloc(4);
    size.writeUInt32LE(tape.length);
    parts.push(size, Buffer.from(tape));
  }
  const content = Buffer.concat(parts);
  writeFileSync(path, content);
  return new LooseFile(path, crc32c(content));
}

test('alerts of which one is too large in columns are one text each', async (t) => {
  const dir = newFolder(t);
  const wide = Object.fromEntries(Array.from({ length: 1_900 }, (_, i) => [`f${i}`, i]));
  const alerts = [{ items: [wide] }, { items: Array<null>(200_000).fill(null) }];
  const path = join(dir, 'text.parquet');
  await finish(writeLooseValues(join(dir, 'loose'), alerts), path);
  const rows = await query(`SELECT value FROM read_parquet('${path}')`);
  assert.deepEqual(
    rows.map(({ value }) => JSON.parse(String(value)) as unknown),
    alerts,
  );
});

const joined = `
import os, sys
import pyarrow, pyarrow.dataset, pyarrow.parquet
schema = pyarrow.unify_schemas([pyarrow.parquet.read_schema(path) for path in sys.argv[1:]], promote_options="permissive")
print(pyarrow.dataset.dataset(sys.argv[1:], schema=schema).to_table().to_pylist(), flush=True)
os._exit(0)
`;

test('files of which one has nothing where the other has an object are read together', {
  skip: skipReaders,
}, async (t) => {
  const dir = newFolder(t);
  const paths = ['a', 'b'].map((name) => join(dir, `${name}.parquet`));
  for (const [i, alert] of [
    { id: 1, host: null, near: [null] },
    { id: 2, host: { z: 0.5 }, near: [{ id: 3 }] },
  ].entries())
    await finish(writeLooseValues(join(dir, 'loose'), [alert]), paths[i] ?? '');
  const found = await query(`FROM read_parquet('${dir}/*.parquet', union_by_name = true) ORDER BY id`);
  assert.deepEqual(
    found.map((row) => [row['id'], plain(row['host'] ?? null), plain(row['near'] ?? null)]),
    [
      [1n, null, [null]],
      [2n, { z: 0.5 }, [{ id: 3n }]],
    ],
  );
  assert.equal(
    execFileSync(python ?? 'python3', ['-c', joined, ...paths], { encoding: 'utf8' }),
    "[{'id': 1, 'host': None, 'near': [None]}, {'id': 2, 'host': {'z': 0.5}, 'near': [{'id': 3}]}]\n",
  );
});

test('histories that go over many pages stay with their alerts', async (t) => {
  const dir = newFolder(t);
  const path = join(dir, 'histories.parquet');
  const history = { type: 'array', items: ['null', 'double'] };
  const fields = [{ name: 'history', type: ['null', history] }];
  // Of so many items, each the alert's number; every third is null, as is the whole of every seventh.
  const itemsOf = (id: number): (number | null)[] | null =>
    id % 7 === 0 ? null : Array.from({ length: id % 6 }, (_, i) => (i % 3 === 2 ? null : id));
  const bytesOf = (id: number): Buffer => {
    const items = itemsOf(id);
    if (items === null) return long(0);
    const encoded = items.map((item) => {
      const double = Buffer.alloc(8);
      double.writeDoubleLE(item ?? 0);
      return item === null ? long(0) : Buffer.concat([long(1), double]);
    });
    const block = items.length === 0 ? [] : [long(items.length), ...encoded];
    return Buffer.concat([long(1), ...block, long(0)]);
  };
  const ids = Array.from({ length: 100_000 }, (_, i) => i);
  const schema = { type: 'record', name: 'alert', fields };
  await finish(writeLoose(join(dir, 'loose'), schema, ids.map(bytesOf)), path);
  const rows = await query(`SELECT history FROM read_parquet('${path}')`);
  assert.deepEqual(
    rows.map((row) => plain(row['history'] as DuckDBValue)),
    ids.map(itemsOf),
  );
  // A reader that passes over pages by the rows that these say they have.
  const { decompress } = await loadZstd();
  const last = await parquetReadObjects({
    file: await asyncBufferFromFile(path),
    rowStart: 99_990,
    compressors: { ZSTD: (bytes) => decompress(bytes) },
  });
  assert.deepEqual(
    last.map(({ history: items }) => (items ?? null) as unknown),
    ids.slice(99_990).map(itemsOf),
  );
});

test('no more of a file is held in memory than a row group', async (t) => {
  const dir = newFolder(t);
  const records = function* (): Generator<Buffer> {
    for (let id = 1; id <= 1_000; id++) yield alertOf(id).record;
  };
  const loose = writeLoose(join(dir, 'loose'), alert, records());
  const file = new NewFile(join(dir, 'large.parquet'));
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  const append = file.append.bind(file);
  file.append = (bytes) => {
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    append(bytes);
  };
  await writeParquet(loose, file);
  loose.close();
  file.close();
  assert.ok(file.bytes > 100_000_000);
  assert.ok(most < 50_000_000, `${most} bytes at once`);
});
