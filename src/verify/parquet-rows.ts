import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { messageOf } from '../errors.ts';

/** How many rows a Parquet file's footer tells of; what is in them the checksum vouches for. */
export async function parquetRows(path: string): Promise<{ rows: number; problem: string | null }> {
  try {
    const { num_rows: rows } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    return { rows: Number(rows), problem: null };
  } catch (error) {
    return { rows: 0, problem: `its footer cannot be read: ${messageOf(error)}` };
  }
}
