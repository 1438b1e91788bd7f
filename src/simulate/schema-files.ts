import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lsstSchema, lsstSchemaId } from './schemas/lsst.ts';

/** Writes the simulated LSST's schema where the client's `--schema-dir` finds it, in the form of a registry's answer. */
export async function writeLsstSchema(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(
    join(dir, `${lsstSchemaId}.json`),
    `${JSON.stringify({ schema: JSON.stringify(lsstSchema) })}\n`,
  );
}
