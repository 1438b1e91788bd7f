import { readRows } from '../../support/readers.ts';

/** The alerts as JSON that the rows of each Avro or Parquet file were, by its path; null where it cannot be read to its end. */
export type Tables = ReadonlyMap<string, Buffer[] | null>;

/**
 * A row of the run's messages. Where they came as JSON, an element of the list is its JSON, because numbers and truth values have nothing in
 * common; Avro's schema has a place for each.
 */
interface Row {
  readonly nested: { readonly list: (string | number | boolean | null)[]; readonly text: string };
}

/** Reads all Avro and Parquet files below a folder. @throws Error where the readers are not installed. */
export function readTables(folder: string): Tables {
  return new Map(
    Array.from(readRows(folder), ([path, rows]) => [path, (rows as Row[] | null)?.map(asMessage) ?? null]),
  );
}

/** As the source writes it (source.ts). */
function asMessage(row: Row): Buffer {
  const list = row.nested.list.map((item) =>
    typeof item === 'string' ? (JSON.parse(item) as unknown) : item,
  );
  const text = JSON.stringify({ ...row, nested: { ...row.nested, list } });
  return Buffer.from(text.replace('é', '\\u00e9'));
}
