import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { Crc32c } from '../checksum.ts';
import { messageOf } from '../errors.ts';
import type { StampList } from '../segment/record.ts';
import { STAMPS_FOLDER } from '../worker/select/stamps.ts';
import { findSums } from './file-sums.ts';
import type { Findings } from './findings.ts';
import { LineSplitter } from './lines.ts';

/** Where a list is, and who is told what is wrong. */
interface Place {
  readonly dir: string;
  /** The partition's, below the output folder. */
  readonly folder: string;
  /** Gets the path of each stamp. */
  readonly listed: Set<string>;
  readonly findings: Findings;
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const lineSchema = v.strictObject({
  path: v.string(),
  bytes: count,
  crc32c: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
});

/** Reads a range's list of stamps, and every stamp that it names. */
export async function checkStamps(place: Place, list: StampList): Promise<void> {
  const { dir, folder, findings } = place;
  // A publication that was cut off is told with its segment.
  const path = existsSync(join(dir, list.path)) ? list.path : `${folder}/${list.temporary}`;
  if (!existsSync(join(dir, path))) {
    findings.fault('lost', `${list.path}: the record is there, its list of stamps is not`);
    return;
  }
  try {
    await checkList(place, path, list);
  } catch (error) {
    findings.fault('torn', `${path} cannot be read: ${messageOf(error)}`);
  }
}

async function checkList(place: Place, path: string, list: StampList): Promise<void> {
  const { dir, findings } = place;
  const crc = new Crc32c();
  let bytes = 0;
  let images = 0;
  const lines = new LineSplitter((line) => {
    images += 1;
    checkStamp(place, line.toString(), `${path}, line ${images}`);
  });
  for await (const chunk of createReadStream(join(dir, path)) as AsyncIterable<Buffer>) {
    crc.add(chunk);
    bytes += chunk.length;
    lines.take(chunk);
  }
  if (bytes !== list.bytes || String(crc) !== list.crc32c || images !== list.images)
    findings.fault('torn', `${path} is not the list of ${list.images} stamps that its record tells of`);
}

function checkStamp({ dir, folder, listed, findings }: Place, text: string, where: string): void {
  const line = parse(text);
  if (line?.path.startsWith(`${folder}/${STAMPS_FOLDER}/`) !== true || line.path.includes('..')) {
    findings.fault('torn', `${where}: it names no stamp`);
    return;
  }
  const { path, bytes, crc32c } = line;
  listed.add(path);
  const found = findSums(join(dir, path), path, findings);
  if (found === undefined) return;
  if (found === null) findings.fault('lost', `${path}: the alert is there, its stamp is gone`);
  else if (found.bytes !== bytes || found.crc32c !== crc32c)
    findings.fault('torn', `${path}: its ${found.bytes} bytes are not those that were saved`);
}

function parse(text: string): v.InferOutput<typeof lineSchema> | null {
  try {
    const parsed = v.safeParse(lineSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}
