/** Stable codes of a message that cannot be decoded. */
export type DecodeErrorCode =
  | 'UNKNOWN_FORMAT'
  | 'EMPTY'
  | 'TRUNCATED'
  | 'TRAILING_BYTES'
  | 'TOO_LARGE'
  | 'TOO_DEEP'
  | 'BAD_ZLIB'
  | 'BAD_GZIP'
  | 'BAD_BSON'
  | 'BAD_AVRO'
  | 'BAD_SCHEMA'
  | 'NO_COLUMNS'
  | 'UNKNOWN_SCHEMA'
  | 'UNSUPPORTED_CODEC'
  | 'BAD_JSON'
  | 'BAD_TEXT'
  | 'NO_OBJECT'
  | 'CUSTOM';

/** A bad message: what is wrong with it, in one sentence. */
export class DecodeError extends Error {
  /** The class's name. */
  override readonly name = 'DecodeError';
  /** What is wrong, for programs: it stays the same when the sentence changes. */
  readonly code: DecodeErrorCode;

  constructor(code: DecodeErrorCode, message: string, cause?: unknown) {
    super(printable(message), { cause });
    this.code = code;
  }
}

const MAX_CHARACTERS = 1_000;

/** A sentence may quote what the message says: without what moves a terminal's cursor, and not megabytes of it. */
function printable(message: string): string {
  const short =
    message.length > MAX_CHARACTERS
      ? `${message.slice(0, MAX_CHARACTERS)}… and ${message.length - MAX_CHARACTERS} characters more.`
      : message;
  return short.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The schema of a message is not known yet. Not the message's fault: it waits. */
export class SchemaNeeded extends Error {
  override readonly name = 'SchemaNeeded';
  readonly schemaId: number;

  constructor(schemaId: number) {
    super(`Schema ${schemaId} is needed.`);
    this.schemaId = schemaId;
  }
}

/**
 * Bounds against hostile messages. Brokers take messages of 50 MB at the most; the largest alerts known are 1.5 MB of
 * JSON, and no survey nests deeper than a dozen levels.
 */
export const limits: {
  readonly decompressedBytes: number;
  readonly decompressedFreeBytes: number;
  readonly decompressedRatio: number;
  readonly outputBytes: number;
  readonly depth: number;
  readonly emptyValues: number;
  readonly records: number;
  readonly keys: number;
  readonly objectValues: number;
  readonly numberCharacters: number;
} = {
  /** Of a message after zlib, gzip or a container's codec, all blocks together. */
  decompressedBytes: 256 * 1024 * 1024,
  /** What any message may decompress to. Beyond it, so many times its size: alerts reach 10 or 20 times, deflate itself 1,032 times. */
  decompressedFreeBytes: 16 * 1024 * 1024,
  decompressedRatio: 200,
  /**
   * Of an alert's file. Every value that is read writes at least a byte, so this also ends a small message that means a
   * huge one, such as an Avro schema whose records hold each other twice.
   */
  outputBytes: 256 * 1024 * 1024,
  /** Objects and arrays within each other. In Avro a union counts as a level too. */
  depth: 200,
  /** Avro's values that take no bytes at all, such as an array of nulls: nothing else would bound them. */
  emptyValues: 100_000,
  /** Alerts, and blocks, in a container: each alert is a file. */
  records: 100_000,
  /** Distinct keys in a message: each is kept while it is read. The largest alerts have a thousand. */
  keys: 200_000,
  /** Values in a message that must become an object: for a hook, or because a key comes twice. They take far more memory than their bytes. */
  objectValues: 1_000_000,
  /** Of one number's text, as Python limits integers; converting takes more than linear time. */
  numberCharacters: 4_300,
};
