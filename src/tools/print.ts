import { endProcess } from '../exit.ts';

/** Whoever read from us has read enough: `antares-client decode … | head`. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') endProcess(0);
  throw error;
});

/** Writes to standard output; resolves when there is room for more. */
export function print(text: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => {
      resolve();
    });
  });
}

/** A table: columns as wide as they must be, those of numbers to the right; the last one is not padded. */
export function table(rows: readonly (readonly string[])[], right: readonly boolean[]): string {
  const widths = right.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        if (right[column] === true) return cell.padStart(width);
        return column === row.length - 1 ? cell : cell.padEnd(width);
      })
      .join('  ');
  return rows.map((row) => `${line(row)}\n`).join('');
}
