import { deflateRawSync } from 'node:zlib';
import type { Message } from '../../src/worker/message.ts';
import type { TranscoderOptions } from '../../src/worker/transcode.ts';
import { jsonOf } from './transcode.ts';

const sync = Buffer.from('0123456789abcdef');

/** A zigzag-coded variable-length integer. */
export function long(value: bigint | number): Buffer {
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  const bytes: number[] = [];
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** Bytes or text with their length before them. */
export function sized(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([long(bytes.length), bytes]);
}

/** One block of a container: the encoded records and how many there are. */
export interface Block {
  readonly records: number;
  readonly bytes: Buffer;
}

/** An Avro object container, made by hand. */
export function container(
  schema: unknown,
  blocks: readonly Block[],
  { codec = 'null', sync: marker = sync }: { codec?: string | null; sync?: Buffer } = {},
): Buffer {
  const metadata: [string, string][] = [
    ['avro.schema', typeof schema === 'string' ? schema : JSON.stringify(schema)],
  ];
  if (codec !== null) metadata.push(['avro.codec', codec], ['made.by', 'a test']);
  return Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    long(metadata.length),
    ...metadata.flatMap(([key, value]) => [sized(key), sized(value)]),
    long(0),
    sync,
    ...blocks.flatMap(({ records, bytes }) => [
      long(records),
      sized(codec === 'deflate' ? deflateRawSync(bytes) : bytes),
      marker,
    ]),
  ]);
}

/** A record schema with one field `x` of this type. */
export function recordOf(type: unknown): Record<string, unknown> {
  return { type: 'record', name: 'Alert', fields: [{ name: 'x', type }] };
}

/** What one record `{x}`, encoded like this, comes out as. The schema travels in the key, as in Fink. */
export function valueOf(
  type: unknown,
  bytes: Uint8Array,
  options: Partial<TranscoderOptions> = {},
  rest: Partial<Message> = {},
): string {
  const key = Buffer.from(JSON.stringify(recordOf(type)));
  const [json = ''] = jsonOf(bytes, { format: 'fink', ...options }, { key, ...rest });
  return json.slice('{"x":'.length, -1);
}
