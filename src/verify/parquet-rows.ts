import { openAsBlob } from 'node:fs';
import { messageOf } from '../errors.ts';

/** How many rows a Parquet file's footer tells of; what is in them the checksum vouches for. */
export async function parquetRows(path: string): Promise<{ rows: number; problem: string | null }> {
  // Large, and most folders have none.
  const { ParquetFile } = await import('parquet-wasm');
  try {
    const file = await ParquetFile.fromFile(await openAsBlob(path));
    return { rows: file.metadata().fileMetadata().numRows(), problem: null };
  } catch (error) {
    return { rows: 0, problem: `its footer cannot be read: ${messageOf(error)}` };
  }
}
