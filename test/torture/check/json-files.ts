import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected, Place, Sightings } from './sightings.ts';

/** What the check of one file an alert needs to know. */
export interface JsonFilesQuestion {
  readonly dir: string;
  readonly topic: string;
  readonly names: 'distinct' | 'repeating';
  /** How many offsets each partition has. */
  readonly ends: readonly number[];
  readonly expected: (at: Place) => Expected;
}

/**
 * One JSON file an alert, indented by four. With `distinct` names a file is `<partition>-<offset>.json`; with `repeating` ones it is the
 * alert's id, and holds the highest offset of that name. An offset that was overwritten by a later one counts as seen there.
 */
export function readJsonFiles(question: JsonFilesQuestion, sightings: Sightings): void {
  const { dir, topic, names, ends, expected } = question;
  const folder = join(dir, topic);
  const held = new Map<string, Place>();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const at = placeIn(readFileSync(path), path, expected, sightings);
    if (at === null) continue;
    held.set(name, at);
    const rightName = fileName(names, at, expected);
    if (name !== rightName) sightings.wrong('duplicate', `${path} holds what belongs into ${rightName}`);
    else sightings.saw(at, path);
  }
  if (names === 'repeating') followNames(ends, expected, held, sightings);
}

export function fileName(
  names: 'distinct' | 'repeating',
  at: Place,
  expected: (at: Place) => Expected,
): string {
  return names === 'distinct' ? `${at.partition}-${at.offset}.json` : `${expected(at).name}.json`;
}

function placeIn(
  bytes: Buffer,
  path: string,
  expected: (at: Place) => Expected,
  sightings: Sightings,
): Place | null {
  try {
    const { partition, offset } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    if (typeof partition !== 'number' || typeof offset !== 'number') throw new Error('it names no offset');
    const at = { partition, offset };
    const { value, fate } = expected(at);
    if (fate === 'dead') throw new Error('its message cannot be saved');
    if (bytes.toString() !== asFile(value)) throw new Error('it is not what its source was');
    return at;
  } catch (error) {
    sightings.wrong('torn-file', `${path}: ${String(error)}`);
    return null;
  }
}

/** The file that a message gives, by the description of the format: four blanks a level, everything beyond ASCII escaped. */
export function asFile(value: Buffer): string {
  return JSON.stringify(JSON.parse(value.toString()), null, 4).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Every name must hold its highest offset; those below it are accounted for by that. */
function followNames(
  ends: readonly number[],
  expected: (at: Place) => Expected,
  held: ReadonlyMap<string, Place>,
  sightings: Sightings,
): void {
  for (const [partition, end] of ends.entries()) {
    for (let offset = 0; offset < end; offset++) {
      const { name, fate } = expected({ partition, offset });
      const at = held.get(`${name}.json`);
      if (fate === 'dead' || at === undefined || at.offset === offset) continue;
      if (at.offset > offset) sightings.saw({ partition, offset }, `overwritten by ${at.offset}`);
      else {
        sightings.saw({ partition, offset }, `set back to ${at.offset}`);
        sightings.wrong(
          'nonmonotonic-poll',
          `${name}.json holds offset ${at.offset}, not ${offset} of partition ${partition}`,
        );
      }
    }
  }
}
