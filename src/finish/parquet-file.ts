import { RecordBatch, RecordBatchStreamWriter, Schema } from 'apache-arrow';
import {
  Compression,
  EnabledStatistics,
  type RecordBatch as WasmBatch,
  Table,
  transformParquetStream,
  type WriterProperties,
  WriterPropertiesBuilder,
} from 'parquet-wasm';
import { release } from '../release.ts';
import { version } from '../version.ts';
import { type AvroType, compileSchema } from '../worker/decode/avro/schema.ts';
import { AvroBytes } from './columns/avro-bytes.ts';
import { fieldColumns } from './columns/columns-of.ts';
import { type NamedColumn, StructColumn } from './columns/nested.ts';
import { NullColumn } from './columns/leaves.ts';
import { inferSchema } from './infer.ts';
import type { LooseFile } from './loose-file.ts';
import type { NewFile } from './new-file.ts';
import { TapesAsAvro } from './tapes-as-avro.ts';

/** Records that become columns at once. */
const BATCH_BYTES = 4_000_000;
/** Of a row group, compressed: large enough to be read fast, small enough to be held in memory, twice while it is written. */
const ROW_GROUP_BYTES = 12_000_000;
const ROW_GROUP_ROWS = 100_000;

/** Parquet wants a column, and an alert without a field has none. */
const NO_COLUMN = 'nothing';

/** Writes loose records as a Parquet file, a row group after the other. */
export async function writeParquet(loose: LooseFile, file: NewFile): Promise<void> {
  const { type, records } = recordsOf(loose);
  const trouble: { error?: unknown } = {};
  try {
    const stream = await transformParquetStream(wasmBatches(type, records, trouble), properties());
    for await (const bytes of stream as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>)
      file.append(bytes);
  } catch (error) {
    // The library puts a sentence of its own in the place of what went wrong on our side.
    throw trouble.error ?? error;
  }
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

function wasmBatches(
  type: AvroType,
  records: Iterable<Uint8Array>,
  trouble: { error?: unknown },
): ReadableStream<WasmBatch> {
  const batches = arrowBatches(type, records);
  const ready: WasmBatch[] = [];
  const more = (): WasmBatch | undefined => {
    const next = batches.next();
    if (next.done === true) return undefined;
    const bytes = RecordBatchStreamWriter.writeAll([next.value]).toUint8Array(true);
    const table = Table.fromIPCStream(bytes);
    ready.push(...table.recordBatches());
    // The module's memory knows nothing of our collector, and never shrinks: what a file does not give back, it has for good.
    table.free();
    // They were copied, and are too many to wait for a collection.
    if (bytes.buffer instanceof ArrayBuffer) release([bytes.buffer]);
    return ready.shift();
  };
  return new ReadableStream<WasmBatch>(
    {
      pull: (controller) => {
        try {
          const next = ready.shift() ?? more();
          if (next === undefined) controller.close();
          else controller.enqueue(next);
        } catch (error) {
          trouble.error = error;
          throw error;
        }
      },
    },
    { highWaterMark: 1 },
  );
}

/** At least one, so that the file has its columns. Each is valid until the next one is asked for. */
function* arrowBatches(type: AvroType, records: Iterable<Uint8Array>): Generator<RecordBatch> {
  const columns = columnsOf(type);
  const struct = new StructColumn(false, columns);
  const schema = new Schema(struct.type.children);
  const from = new AvroBytes();
  let bytes = 0;
  let batches = 0;
  const take = (): RecordBatch => {
    bytes = 0;
    batches += 1;
    return new RecordBatch(schema, struct.take() as never);
  };
  for (const record of records) {
    from.begin(record);
    struct.read(from);
    bytes += record.length;
    if (bytes >= BATCH_BYTES || struct.length >= ROW_GROUP_ROWS) yield take();
  }
  if (struct.length > 0 || batches === 0) yield take();
}

function columnsOf({ shape }: AvroType): NamedColumn[] {
  const columns = shape?.kind === 'record' ? fieldColumns(shape) : [];
  return columns.length > 0 ? columns : [{ name: NO_COLUMN, column: new NullColumn() }];
}

function properties(): WriterProperties {
  return new WriterPropertiesBuilder()
    .setCompression(Compression.ZSTD)
    .setStatisticsEnabled(EnabledStatistics.Chunk)
    .setMaxRowGroupSize(ROW_GROUP_ROWS)
    .setMaxRowGroupBytes(ROW_GROUP_BYTES)
    .setCreatedBy(`antares-client ${version}`)
    .build();
}
