import { crc32c } from '../../checksum.ts';
import type { Message, MessageHeader } from '../message.ts';

/** The first bytes of every file of raw segments. */
export const RAW_MAGIC: Buffer = Buffer.from('ANTRAW1\n');

/** A frame begins with the number of the bytes that follow, and ends with the checksum of what is between. docs/output-folder.md draws it. */
export const LENGTH_BYTES = 4;
export const CHECKSUM_BYTES = 4;

/** Where a frame's fields are, behind its length. The headers follow, then key and value. */
export const fieldAt = { offset: 0, timestampMs: 8, keyBytes: 16, valueBytes: 20, headers: 24 } as const;
export const FIELDS_BYTES = 28;

/** The length of a key, value or header's value that is not there. */
export const NONE = -1;

/** What a frame knows of its message. */
export type FramedMessage = Omit<Message, 'topic' | 'partition'>;

/**
 * Reads a frame behind its length, which holds at least the fields and the checksum.
 *
 * @throws RangeError where its checksum or its lengths do not fit.
 */
export function readFrame(frame: Buffer): FramedMessage {
  const end = frame.length - CHECKSUM_BYTES;
  const offset = Number(frame.readBigInt64LE(fieldAt.offset));
  const wrong = (what: string): RangeError => new RangeError(`the frame of offset ${offset}: ${what}`);
  if (crc32c(frame.subarray(0, end)) !== frame.readUInt32LE(end).toString(16).padStart(8, '0'))
    throw wrong('its checksum does not fit');
  let at = FIELDS_BYTES;
  const take = (bytes: number): Buffer => {
    at += bytes;
    if (bytes < 0 || at > end) throw wrong('its lengths do not fit');
    return frame.subarray(at - bytes, at);
  };
  const takeIfThere = (bytes: number): Buffer | null => (bytes === NONE ? null : take(bytes));
  const headers: MessageHeader[] = [];
  for (let left = frame.readUInt32LE(fieldAt.headers); left > 0; left--) {
    const key = String(take(take(4).readUInt32LE(0)));
    headers.push({ key, value: takeIfThere(take(4).readInt32LE(0)) });
  }
  const key = takeIfThere(frame.readInt32LE(fieldAt.keyBytes));
  const value = takeIfThere(frame.readInt32LE(fieldAt.valueBytes));
  if (at !== end) throw wrong('its lengths do not fit');
  return {
    offset,
    timestampMs: Number(frame.readBigInt64LE(fieldAt.timestampMs)),
    key,
    headers,
    value: value ?? Buffer.alloc(0),
    ...(value === null ? { tombstone: true } : {}),
  };
}
