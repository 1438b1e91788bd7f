import { type Data, type DataType, makeData } from 'apache-arrow';

/** A column's buffers with its type. The library's own types want to know the type of each when they are compiled. */
export function dataOf(parts: {
  readonly type: DataType;
  readonly length: number;
  readonly [buffer: string]: unknown;
}): Data {
  return makeData(parts as never);
}
