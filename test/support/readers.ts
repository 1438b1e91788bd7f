import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './samples.ts';

const { findReaders } = (await import(join(projectRoot, 'scripts', 'readers.mjs'))) as {
  findReaders: () => string | null;
};

/** A Python with fastavro, PyArrow and DuckDB; null where there is none. */
export const python: string | null = findReaders();

/** Why tests that need it are skipped. */
export const skipReaders: string | false =
  python === null && process.env['CI'] !== 'true' ? 'no fastavro, PyArrow, DuckDB' : false;

/**
 * The rows of all Avro and Parquet files below a folder, by their paths, as fastavro and PyArrow read them; null where they cannot.
 *
 * @throws Error where these are not installed.
 */
export function readRows(folder: string): ReadonlyMap<string, unknown[] | null> {
  if (python === null) throw new Error('Python with fastavro and PyArrow is not there.');
  const script = join(projectRoot, 'test', 'readers', 'rows.py');
  const text = execFileSync(python, [script, folder], { encoding: 'utf8', maxBuffer: 1 << 29 });
  const lines = text.split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const { path, rows } = JSON.parse(line) as { path: string; rows: unknown[] | null };
      return [path, rows];
    }),
  );
}
