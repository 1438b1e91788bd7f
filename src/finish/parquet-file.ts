import { setImmediate as nextTurn } from 'node:timers/promises';
import { ParquetWriter } from 'hyparquet-writer';
import { version } from '../version.ts';
import { ColumnCheck } from '../worker/datum/column-check.ts';
import { type AvroType, compileSchema } from '../worker/decode/avro/schema.ts';
import { DecodeError } from '../worker/decode/error.ts';
import { type CompressZstd, loadZstdCompressor } from '../zstd.ts';
import { ROOT } from './columns/column.ts';
import { fieldColumns } from './columns/columns-of.ts';
import { NullColumn } from './columns/leaves.ts';
import { GatheringWriter } from './columns/gathering-writer.ts';
import { groupSchema, type NamedColumn } from './columns/nested.ts';
import { RowGroup } from './columns/row-group.ts';
import { inferSchema, WHOLE_ALERTS } from './infer.ts';
import type { LooseFile } from './loose-file.ts';
import type { NewFile } from './new-file.ts';
import { TapesAsAvro } from './tapes-as-avro.ts';

/** Parquet wants a column, and an alert without a field has none. */
const NO_COLUMN = 'nothing';

/**
 * Writes loose records as a Parquet file, a row group after the other.
 *
 * The library writes the format: its footer, headers of pages, levels. Values go into pages here, from Avro's bytes, because most of an alert is
 * stamps, and each copy of them counts.
 */
export async function writeParquet(loose: LooseFile, file: NewFile): Promise<void> {
  const compress = await loadZstdCompressor();
  if (loose.schemaText !== null) {
    await writeTable({ type: compileSchema(loose.schemaText), records: loose.records() }, file, compress);
    return;
  }
  try {
    const encoder = new TapesAsAvro(inferSchema(loose.records()));
    const columns = new ColumnCheck(encoder.type);
    const check = (record: Uint8Array): void => {
      // Its decimals were inferred from it.
      columns.checkSize(record);
    };
    await writeTable(tapesBy(encoder, loose, check), file, compress);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    // An alert is too large in columns. As text it is not: the workers have looked.
    file.empty();
    await writeTable(
      tapesBy(new TapesAsAvro(WHOLE_ALERTS), loose, () => undefined),
      file,
      compress,
    );
  }
}

/** Records as Avro, and their schema. */
interface Table {
  readonly type: AvroType;
  readonly records: Iterable<Uint8Array>;
}

async function writeTable({ type, records }: Table, file: NewFile, compress: CompressZstd): Promise<void> {
  const columns = columnsOf(type);
  const writer = new GatheringWriter(file);
  const schema = groupSchema({ name: 'schema' }, columns);
  const parquet = new ParquetWriter({ writer, schema, createdBy: `antares-client ${version}` });
  const group = new RowGroup(columns, compress);
  const flush = (): void => {
    if (group.rows > 0) group.write(parquet, writer);
  };
  for (const record of records) {
    if (!group.add(record)) continue;
    flush();
    // The compressor's memory is given back.
    await nextTurn();
  }
  flush();
  void parquet.finish();
}

/** Alerts that came without a schema. */
function tapesBy(encoder: TapesAsAvro, loose: LooseFile, check: (record: Uint8Array) => void): Table {
  const records = function* (): Generator<Uint8Array> {
    for (const tape of loose.records()) {
      const record = encoder.encode(tape);
      check(record);
      yield record;
    }
  };
  return { type: encoder.type, records: records() };
}

function columnsOf({ shape }: AvroType): NamedColumn[] {
  const columns = shape?.kind === 'record' ? fieldColumns(shape, ROOT) : [];
  return columns.length > 0 ? columns : [{ name: NO_COLUMN, column: new NullColumn(ROOT) }];
}
