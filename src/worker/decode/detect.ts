import type { Message } from '../message.ts';
import { DecodeError } from './error.ts';

/** How a message's value is to be read. */
export type Format = 'antares' | 'avro' | 'confluent' | 'json' | 'fink' | 'text';

/** What `--format` takes. */
export type FormatOption = 'auto' | 'hop' | Format;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

/** Whether the bytes are a gzip stream around something else. */
export function isGzip(value: Uint8Array): boolean {
  // The third byte is the method; there is only one.
  return value[0] === 0x1f && value[1] === 0x8b && value[2] === 0x08;
}

/**
 * Tells formats apart by the first bytes of a message (and Fink by its key, which is an Avro schema). A guess is confirmed by
 * decoding the whole message.
 *
 * @throws DecodeError UNKNOWN_FORMAT
 */
export function detectFormat(value: Uint8Array, message: Message): Format {
  const [first, second] = value;
  if (first === 0x78 && (second === 0x01 || second === 0x5e || second === 0x9c || second === 0xda))
    return 'antares';
  if (first === 0x4f && second === 0x62 && value[2] === 0x6a && value[3] === 0x01) return 'avro';
  // A schemaless record may begin with 0 too; its key says so, and a framed message's key is no schema.
  if (isSchema(message.key)) return 'fink';
  if (first === 0 && value.byteLength >= 5) return 'confluent';
  const start = firstInk(value);
  if (start === OPEN_BRACE || start === OPEN_BRACKET) return 'json';
  throw new DecodeError(
    'UNKNOWN_FORMAT',
    `No known format begins with the bytes ${hex(value)}; --format text takes plain text.`,
  );
}

function isSchema(key: Uint8Array | null): boolean {
  if (key === null || firstInk(key) !== OPEN_BRACE) return false;
  const text = Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1', 0, key.byteLength);
  return /"type"\s*:\s*"record"/.test(text);
}

/** The first byte that is not JSON's white space or a byte order mark. */
function firstInk(bytes: Uint8Array): number | undefined {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at += 1;
  return bytes[at];
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** Formats that Hopskotch's clients put into a header; all their models but Avro and blobs are JSON. */
const hopFormats: ReadonlyMap<string, Format> = new Map([
  ['json', 'json'],
  ['voevent', 'json'],
  ['circular', 'json'],
  ['avro', 'avro'],
]);

/**
 * What a message's `_format` header says. A blob is anything: what its first bytes tell, else text. Without the header, or with a name
 * that nobody here knows, the bytes decide.
 *
 * @throws DecodeError UNKNOWN_FORMAT
 */
export function hopFormat(value: Uint8Array, message: Message): Format {
  const header = message.headers.find(({ key }) => key === '_format')?.value ?? null;
  const name = header === null ? '' : Buffer.from(header).toString('latin1');
  const known = hopFormats.get(name);
  if (known !== undefined) return known;
  try {
    return detectFormat(value, message);
  } catch (error) {
    if (name === 'blob' && error instanceof DecodeError) return 'text';
    throw error;
  }
}
