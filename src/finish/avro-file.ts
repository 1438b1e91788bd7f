import type { Compression } from '../pool/messages.ts';
import { Growing } from '../worker/write/segment-encoder.ts';
import { containerBlock, containerHead, loadCodec } from '../worker/write/avro-blocks.ts';
import { avroNames } from './avro-names.ts';
import { inferSchema } from './infer.ts';
import type { LooseFile } from './loose-file.ts';
import type { NewFile } from './new-file.ts';
import { TapesAsAvro } from './tapes-as-avro.ts';

const BLOCK_BYTES = 1_000_000;

/** Writes loose records without a schema as an Avro container, by the schema that fits them all. */
export async function writeAvro(loose: LooseFile, file: NewFile, compression: Compression): Promise<void> {
  const codec = await loadCodec(compression);
  const schema = inferSchema(loose.records());
  const head = containerHead(JSON.stringify(avroNames(schema)), codec);
  file.append(head);
  const encoder = new TapesAsAvro(schema);
  const block = new Growing();
  let records = 0;
  const flush = (): void => {
    if (records > 0) file.append(containerBlock(records, block.take(), head, codec));
    records = 0;
  };
  for (const tape of loose.records()) {
    block.append(encoder.encode(tape));
    records += 1;
    if (block.length >= BLOCK_BYTES) flush();
  }
  flush();
}
