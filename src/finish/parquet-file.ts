import { ParquetWriter } from 'hyparquet-writer';
import { version } from '../version.ts';
import { type AvroType, compileSchema } from '../worker/decode/avro/schema.ts';
import { loadZstd } from '../zstd.ts';
import { ROOT } from './columns/column.ts';
import { fieldColumns } from './columns/columns-of.ts';
import { NullColumn } from './columns/leaves.ts';
import { GatheringWriter } from './columns/gathering-writer.ts';
import { groupSchema, type NamedColumn } from './columns/nested.ts';
import { RowGroup } from './columns/row-group.ts';
import { inferSchema } from './infer.ts';
import type { LooseFile } from './loose-file.ts';
import type { NewFile } from './new-file.ts';
import { TapesAsAvro } from './tapes-as-avro.ts';

const ZSTD_LEVEL = 1;

/** Parquet wants a column, and an alert without a field has none. */
const NO_COLUMN = 'nothing';

/**
 * Writes loose records as a Parquet file, a row group after the other.
 *
 * The library writes the format: its footer, headers of pages, levels. Values go into pages here, from Avro's bytes, because most of an alert is
 * stamps, and each copy of them counts.
 */
export async function writeParquet(loose: LooseFile, file: NewFile): Promise<void> {
  const { compress } = await loadZstd();
  const { type, records } = recordsOf(loose);
  const columns = columnsOf(type);
  const writer = new GatheringWriter(file);
  const schema = groupSchema({ name: 'schema' }, columns);
  const parquet = new ParquetWriter({ writer, schema, createdBy: `antares-client ${version}` });
  const group = new RowGroup(columns, (bytes) => compress(bytes, ZSTD_LEVEL) as Uint8Array<ArrayBuffer>);
  const flush = (): void => {
    if (group.rows > 0) group.write(parquet, writer);
  };
  for (const record of records) if (group.add(record)) flush();
  flush();
  void parquet.finish();
}

/** The records as Avro, and their schema: that which they came with, or the one that fits them. */
function recordsOf(loose: LooseFile): { type: AvroType; records: Iterable<Uint8Array> } {
  if (loose.schemaText !== null) return { type: compileSchema(loose.schemaText), records: loose.records() };
  const encoder = new TapesAsAvro(inferSchema(loose.records()));
  const encoded = function* (): Generator<Uint8Array> {
    for (const tape of loose.records()) yield encoder.encode(tape);
  };
  return { type: encoder.type, records: encoded() };
}

function columnsOf({ shape }: AvroType): NamedColumn[] {
  const columns = shape?.kind === 'record' ? fieldColumns(shape, ROOT) : [];
  return columns.length > 0 ? columns : [{ name: NO_COLUMN, column: new NullColumn(ROOT) }];
}
