import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Message } from '../../src/worker/message.ts';

/** The project's root, seen from the built test. */
export const projectRoot: string = join(import.meta.dirname, '..', '..', '..');

/** Real alerts, kept beside the project because they are other people's data. */
export const samplesDir: string = join(projectRoot, '..', 'shared', 'samples');

/** Why tests on real alerts are skipped; false: they are not. On CI their absence is a failure, so nothing is skipped there. */
export const skipSamples: string | false =
  existsSync(samplesDir) || process.env['CI'] === 'true' ? false : `no real alerts at ${samplesDir}`;

export type Survey = 'antares' | 'ztf' | 'lsst';

/** One real alert: a message's value and the file that must come out. */
export interface Sample {
  readonly survey: Survey;
  readonly name: string;
  readonly wire: Buffer;
  readonly json: Buffer;
}

export function readSamples(survey: Survey): Sample[] {
  const dir = join(samplesDir, survey);
  return readdirSync(dir)
    .filter((file) => file.endsWith('.wire'))
    .map((file) => file.slice(0, -'.wire'.length))
    .map((name) => ({
      survey,
      name,
      wire: readFileSync(join(dir, `${name}.wire`)),
      json: readFileSync(join(dir, `${name}.json`)),
    }));
}

/** The text of a schema, as the registry of the real LSST alert answers it. */
export function sampleSchema(schemaId: number): string {
  const answer = readFileSync(join(samplesDir, 'lsst', 'registry', `${schemaId}.json`), 'utf8');
  return (JSON.parse(answer) as { schema: string }).schema;
}

/** A message as a worker sees it: its bytes in shared memory. */
export function messageOf(value: Uint8Array, rest: Partial<Message> = {}): Message {
  const shared = new Uint8Array(new SharedArrayBuffer(value.byteLength));
  shared.set(value);
  return {
    topic: 'test',
    partition: 0,
    offset: 7,
    timestampMs: 0,
    key: null,
    headers: [],
    ...rest,
    value: shared,
  };
}
