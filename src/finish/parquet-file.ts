import { ParquetWriter } from 'hyparquet-writer';
import { version } from '../version.ts';
import { type AvroType, compileSchema } from '../worker/decode/avro/schema.ts';
import { loadZstd } from '../zstd.ts';
import { AvroBytes } from './columns/avro-bytes.ts';
import { Chunk, type CompressPage } from './columns/chunk.ts';
import type { Place } from './columns/column.ts';
import { fieldColumns } from './columns/columns-of.ts';
import { NullColumn } from './columns/leaves.ts';
import { GatheringWriter } from './columns/gathering-writer.ts';
import { groupSchema, leavesOf, type NamedColumn, StructColumn } from './columns/nested.ts';
import { inferSchema } from './infer.ts';
import type { LooseFile } from './loose-file.ts';
import type { NewFile } from './new-file.ts';
import { TapesAsAvro } from './tapes-as-avro.ts';

/** A page ends with the row with which it has as many. Stamps need them for zstd to find what they have in common. */
const PAGE_BYTES = 1_000_000;
/** Of numbers, which are a tenth once they are compressed: hundreds of columns must not wait for long pages. */
const NUMBER_PAGE_BYTES = 64_000;
/** Of a row group, compressed: large enough to be read fast, small enough to be held in memory. */
const ROW_GROUP_BYTES = 12_000_000;
const ROW_GROUP_ROWS = 100_000;
/** After so many bytes of records it is looked whether a page or a row group is full. */
const LOOK_BYTES = 250_000;

const ZSTD_LEVEL = 1;
const CODEC = 'ZSTD';

/** Parquet wants a column, and an alert without a field has none. */
const NO_COLUMN = 'nothing';
const ROOT: Place = { definition: 0, repetition: 0, nullable: false };

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

/** The rows that are read, written and found together. */
class RowGroup {
  readonly #row: StructColumn;
  readonly #chunks: readonly Chunk[];
  readonly #from = new AvroBytes();
  #unseenBytes = 0;
  rows = 0;

  constructor(columns: readonly NamedColumn[], compress: CompressPage) {
    this.#row = new StructColumn(ROOT, columns);
    this.#chunks = leavesOf(columns, []).map((leaf) => new Chunk(leaf, compress));
  }

  /** @returns whether it is full. */
  add(record: Uint8Array): boolean {
    this.#from.begin(record);
    this.#row.read(this.#from, 0);
    this.rows += 1;
    this.#unseenBytes += record.length;
    return this.#unseenBytes >= LOOK_BYTES ? this.#look() : this.rows >= ROW_GROUP_ROWS;
  }

  write(parquet: ParquetWriter, writer: GatheringWriter): void {
    const start = writer.offset;
    const columns = this.#chunks.map((chunk) => {
      if (chunk.leaf.count > 0) chunk.endPage(this.rows);
      return chunk.write(writer, CODEC);
    });
    const bytes = columns.reduce((sum, each) => sum + (each.meta_data?.total_uncompressed_size ?? 0n), 0n);
    const rows = BigInt(this.rows);
    parquet.row_groups.push({
      columns,
      total_byte_size: bytes,
      num_rows: rows,
      total_compressed_size: BigInt(writer.offset - start),
    });
    parquet.num_rows += rows;
    this.rows = 0;
    this.#unseenBytes = 0;
  }

  #look(): boolean {
    this.#unseenBytes = 0;
    let bytes = 0;
    for (const chunk of this.#chunks) {
      const { leaf } = chunk;
      const most = leaf.type.type === 'BYTE_ARRAY' ? PAGE_BYTES : NUMBER_PAGE_BYTES;
      if (leaf.bytes >= most) chunk.endPage(this.rows);
      bytes += chunk.bytes;
    }
    return bytes >= ROW_GROUP_BYTES || this.rows >= ROW_GROUP_ROWS;
  }
}
