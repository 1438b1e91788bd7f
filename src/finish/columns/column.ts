import type { Data, DataType } from 'apache-arrow';
import type { AvroBytes } from './avro-bytes.ts';

/** A column that is being filled, in the layout of Apache Arrow. */
export interface Column {
  readonly type: DataType;
  readonly nullable: boolean;
  /** Appends what stands next in the record. */
  read(from: AvroBytes): void;
  /** Appends a null; where the column has none, what stands for nothing below one. */
  skip(): void;
  /** The whole column, valid until something is appended; it is empty afterwards. */
  take(): Data;
  /** How many values it has. */
  readonly length: number;
}
