import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Expected, Place, Sightings } from './sightings.ts';

/** Reads `_dead-letter/<topic>`: each `.bin` is a message's value as it came, the `.json` beside it says where it came from. */
export function readDeadLetters(
  dir: string,
  topic: string,
  expected: (at: Place) => Expected,
  sightings: Sightings,
): void {
  const folder = join(dir, '_dead-letter', topic);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const [, partition, offset, ending] = /^(\d+)-(\d+)\.(bin|json)$/.exec(name) ?? [];
    if (ending === undefined) {
      sightings.wrong('torn-file', `${path} is no dead letter's name`);
      continue;
    }
    const at = { partition: Number(partition), offset: Number(offset) };
    if (ending === 'json') {
      checkSidecar(path, at, topic, sightings);
      continue;
    }
    const { value, fate } = expected(at);
    sightings.saw(at, path);
    if (!readFileSync(path).equals(value)) sightings.wrong('torn-file', `${path} is not the message's value`);
    if (fate !== 'dead') sightings.wrong('lost-write', `${path}: a good message was buried`);
    if (!existsSync(path.replace(/bin$/, 'json')))
      sightings.wrong('torn-file', `${path} has no .json beside it`);
  }
}

function checkSidecar(path: string, at: Place, topic: string, sightings: Sightings): void {
  try {
    const sidecar = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const fits =
      sidecar['topic'] === topic && sidecar['partition'] === at.partition && sidecar['offset'] === at.offset;
    if (!fits) sightings.wrong('torn-file', `${path} speaks of another message`);
  } catch (error) {
    sightings.wrong('torn-file', `${path} is not JSON: ${String(error)}`);
  }
  if (!existsSync(path.replace(/json$/, 'bin')))
    sightings.wrong('torn-file', `${path} has no .bin beside it`);
}
