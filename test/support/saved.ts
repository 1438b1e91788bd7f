import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn } from './client.ts';
import { framesIn, layoutFiles, partitionFolders, recordsIn } from './segments.ts';

/** Each output: the options that choose it, and how the numbers (`candid`) of the alerts in a folder are read. */
const outputs = {
  json: { options: [], read: readJsonFiles },
  // A short age: what is finished shows soon.
  ndjson: { options: ['--output', 'ndjson', '--segment-age', '300ms'], read: readSegments },
  raw: { options: ['--output', 'raw', '--segment-age', '300ms'], read: readSegments },
  'ndjson by path': {
    options: ['--output', 'ndjson', '--path', '{topic}/fid-{candidate.fid}', '--segment-age', '300ms'],
    read: readLayout,
  },
} as const satisfies Record<
  string,
  { readonly options: readonly string[]; readonly read: (dir: string) => number[] }
>;

/** An output, as `--output` names it; or one with a layout. */
export type OutputKind = keyof typeof outputs;

/** The outputs that the tests of faults run with. */
export const outputKinds: readonly OutputKind[] = Object.keys(outputs) as OutputKind[];

/** Those that a hook can slow down: nobody looks into raw messages. */
export const hookedKinds: readonly OutputKind[] = outputKinds.filter((kind) => kind !== 'raw');

/** The options that choose an output. */
export function outputOptions(kind: OutputKind): readonly string[] {
  return outputs[kind].options;
}

/**
 * The numbers (`candid`) of the alerts that are whole in an output folder, sorted, one entry for each time it is there. Throws where a
 * file does not parse: no reader may ever see part of one.
 */
export function savedAlerts(dir: string, kind: OutputKind): number[] {
  return outputs[kind].read(dir).sort((a, b) => a - b);
}

/** 0, 1, … count − 1. */
export function numbersBelow(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function readSegments(dir: string): number[] {
  return partitionFolders(dir).flatMap((folder) =>
    recordsIn(folder).flatMap(({ segment }) => alertsOf(join(folder, segment))),
  );
}

function readLayout(dir: string): number[] {
  return layoutFiles(dir).flatMap((path) => alertsOf(join(dir, path)));
}

function alertsOf(file: string): number[] {
  const bytes = readFileSync(file);
  if (file.endsWith('.raw')) return framesIn(bytes).map(({ value }) => candid(String(value)));
  return bytes.toString().split('\n').slice(0, -1).map(candid);
}

function candid(text: string): number {
  return (JSON.parse(text) as { candid: number }).candid;
}

function readJsonFiles(dir: string): number[] {
  return filesIn(dir)
    .filter((path) => path.endsWith('.json') && !path.startsWith('_'))
    .map((path) => (JSON.parse(readFileSync(join(dir, path), 'utf8')) as { candid: number }).candid);
}
