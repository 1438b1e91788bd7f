import type { ColumnChunk, Statistics } from 'hyparquet';
import type { ByteWriter } from 'hyparquet-writer';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { release } from '../../release.ts';
import type { CompressZstd } from '../../zstd.ts';
import type { LeafPath } from './column.ts';
import type { GatheringWriter } from './gathering-writer.ts';
import type { Leaf } from './leaf.ts';
import type { PageLevels } from './levels.ts';

interface Page {
  readonly rows: number;
  readonly levels: PageLevels;
  readonly values: Uint8Array<ArrayBuffer>;
  /** Before they were compressed. */
  readonly valueBytes: number;
}

/** One column of one row group. Its pages are compressed as they fill, so that no more than that is held. */
export class Chunk {
  readonly leaf: Leaf;
  readonly #path: readonly string[];
  readonly #compress: CompressZstd;
  #pages: Page[] = [];
  #rows = 0;
  #pageBytes = 0;

  constructor({ path, leaf }: LeafPath, compress: CompressZstd) {
    this.leaf = leaf;
    this.#path = path;
    this.#compress = compress;
  }

  /** What it takes in memory: pages, and values that are on no page yet. */
  get bytes(): number {
    return this.#pageBytes + this.leaf.bytes;
  }

  /** Ends a page, behind a row. @param rows of the row group until now. */
  endPage(rows: number): void {
    const values = this.leaf.takeValues();
    const page: Page = {
      rows: rows - this.#rows,
      levels: this.leaf.takeLevels(),
      values: this.#compress(values),
      valueBytes: values.length,
    };
    this.#rows = rows;
    this.#pages.push(page);
    this.#pageBytes += page.levels.bytes.length + page.values.length;
  }

  /** Writes its pages, and begins the next row group. */
  write(writer: GatheringWriter): ColumnChunk {
    const start = writer.offset;
    let bytes = 0;
    let values = 0;
    let nulls = 0;
    for (const page of this.#pages) {
      bytes += writePage(writer, page);
      writer.flush();
      values += page.levels.count;
      nulls += page.levels.nulls;
    }
    const pages = this.#pages.length;
    // They are too large and too many to wait for a collection.
    release(this.#pages.map(({ values }) => values.buffer));
    this.#pages = [];
    this.#rows = 0;
    this.#pageBytes = 0;
    return {
      file_offset: BigInt(start),
      meta_data: {
        type: this.leaf.type.type,
        encodings: ['PLAIN', 'RLE'],
        path_in_schema: [...this.#path],
        codec: 'ZSTD',
        num_values: BigInt(values),
        total_uncompressed_size: BigInt(bytes),
        total_compressed_size: BigInt(writer.offset - start),
        data_page_offset: BigInt(start),
        statistics: this.#statistics(nulls),
        encoding_stats: [{ page_type: 'DATA_PAGE_V2', encoding: 'PLAIN', count: pages }],
      },
    };
  }

  #statistics(nulls: number): Statistics {
    const { bounds } = this.leaf;
    const statistics: Statistics = { null_count: BigInt(nulls) };
    if (bounds?.least !== undefined) statistics.min_value = bounds.least;
    if (bounds?.largest !== undefined) statistics.max_value = bounds.largest;
    bounds?.clear();
    return statistics;
  }
}

/** @returns its bytes before compression. */
function writePage(writer: ByteWriter, { rows, levels, values, valueBytes }: Page): number {
  const start = writer.offset;
  writePageHeader(writer, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: levels.bytes.length + valueBytes,
    compressed_page_size: levels.bytes.length + values.length,
    data_page_header_v2: {
      num_values: levels.count,
      num_nulls: levels.nulls,
      num_rows: rows,
      encoding: 'PLAIN',
      definition_levels_byte_length: levels.definitionBytes,
      repetition_levels_byte_length: levels.repetitionBytes,
      is_compressed: true,
    },
  });
  const headerBytes = writer.offset - start;
  writer.appendBytes(levels.bytes);
  writer.appendBytes(values);
  return headerBytes + levels.bytes.length + valueBytes;
}
