import type { ParquetWriter } from 'hyparquet-writer';
import type { CompressZstd } from '../../zstd.ts';
import { AvroBytes } from './avro-bytes.ts';
import { Chunk } from './chunk.ts';
import type { GatheringWriter } from './gathering-writer.ts';
import { leavesOf, type NamedColumn, structStep } from './nested.ts';
import type { Step } from './step.ts';

/** A page ends with the row with which it has as many. Stamps need them for zstd to find what they have in common. */
const PAGE_BYTES = 1_000_000;
/** Of numbers, which are a tenth once they are compressed: hundreds of columns must not wait for long pages. */
const NUMBER_PAGE_BYTES = 64_000;
/** Of a row group, compressed: large enough to be read fast, small enough to be held in memory. */
const ROW_GROUP_BYTES = 12_000_000;
const ROW_GROUP_ROWS = 100_000;
/** After so many bytes of records it is looked whether a page or a row group is full. */
const LOOK_BYTES = 250_000;

/** The rows that are read, written and found together. */
export class RowGroup {
  readonly #row: Step;
  readonly #chunks: readonly Chunk[];
  readonly #from = new AvroBytes();
  #unseenBytes = 0;
  rows = 0;

  constructor(columns: readonly NamedColumn[], compress: CompressZstd) {
    this.#row = structStep(columns);
    this.#chunks = leavesOf(columns, []).map((leaf) => new Chunk(leaf, compress));
  }

  /** @returns whether it is full. */
  add(record: Uint8Array): boolean {
    this.#from.begin(record);
    this.#row.read(this.#from, 0);
    this.rows += 1;
    // A level in each column at the least, however few bytes the record has.
    this.#unseenBytes += record.length + this.#chunks.length;
    return this.#unseenBytes >= LOOK_BYTES ? this.#look() : this.rows >= ROW_GROUP_ROWS;
  }

  write(parquet: ParquetWriter, writer: GatheringWriter): void {
    const start = writer.offset;
    const columns = this.#chunks.map((chunk) => {
      if (chunk.leaf.count > 0) chunk.endPage(this.rows);
      return chunk.write(writer);
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
