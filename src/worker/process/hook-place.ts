import { spawnSync } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A line of a stack: the file, or its URL, and the number of the line. */
const FRAME = /^ +at (?:.* \()?(?:async )?(\/.+|file:.+):(\d+):\d+\)?$/;

/** The file and the line where a JavaScript hook threw, behind a blank, as Python's are told; '': nobody knows. */
export function placeOfThrow(thrown: unknown, runner: string): string {
  if (!(thrown instanceof Error)) return '';
  for (const line of thrown.stack?.split('\n') ?? []) {
    const [, file, number] = FRAME.exec(line) ?? [];
    // What called the hook is no place of its author's.
    if (file === runner) return '';
    if (file !== undefined && number !== undefined && !file.includes('/node_modules/'))
      return place(file, number);
  }
  return '';
}

/** Where a module that does not load is wrong. Of ES modules that cannot be parsed, `node --check` alone knows. */
export function placeOfFault(file: string, fault: unknown, runner: string): string {
  if (!(fault instanceof SyntaxError)) return placeOfThrow(fault, runner);
  const known = placeAtTop(fault.stack ?? '');
  if (known !== '') return known;
  return placeAtTop(spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' }).stderr);
}

/** Node writes the place of a syntax error above its line. */
function placeAtTop(text: string): string {
  const [, file, number] = /^(\/.+|file:.+):(\d+)\n/.exec(text) ?? [];
  return file === undefined || number === undefined ? '' : place(file, number);
}

function place(file: string, number: string): string {
  return ` (${basename(file.startsWith('file:') ? fileURLToPath(file) : file)}, line ${number})`;
}
