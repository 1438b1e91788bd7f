import { createReadStream } from 'node:fs';
import { FrameSplitter } from '../verify/frames.ts';
import type { Message, MessageHeader } from '../worker/message.ts';

const CHUNK_BYTES = 1024 * 1024;
/** Offset, timestamp, key's and value's lengths, number of headers. */
const FIXED_BYTES = 8 + 8 + 4 + 4 + 4;

/**
 * The messages of a raw segment, in order; their checksums are checked.
 *
 * @throws RangeError where it is not whole.
 */
export async function* readRawSegment(
  path: string,
  topic: string,
  partition: number,
): AsyncGenerator<Message> {
  let messages: Message[] = [];
  const splitter = new FrameSplitter((_, frame) => {
    messages.push({ topic, partition, ...messageOfFrame(frame) });
  });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    splitter.take(chunk as Buffer);
    yield* messages;
    messages = [];
  }
  if (!splitter.begun || splitter.rest > 0) throw new RangeError('its last frame has no end');
}

/** A frame behind its length, whose lengths fit (docs/output-folder.md draws it). */
function messageOfFrame(frame: Buffer): Omit<Message, 'topic' | 'partition'> {
  let at = FIXED_BYTES;
  const take = (bytes: number): Buffer | null => {
    if (bytes < 0) return null;
    at += bytes;
    return frame.subarray(at - bytes, at);
  };
  const length = (): number => {
    at += 4;
    return frame.readInt32LE(at - 4);
  };
  const headers: MessageHeader[] = [];
  for (let left = frame.readUInt32LE(24); left > 0; left--) {
    const key = take(length())?.toString() ?? '';
    headers.push({ key, value: take(length()) });
  }
  const key = take(frame.readInt32LE(16));
  const value = take(frame.readInt32LE(20));
  return {
    offset: Number(frame.readBigInt64LE(0)),
    timestampMs: Number(frame.readBigInt64LE(8)),
    key,
    headers,
    value: value ?? Buffer.alloc(0),
    ...(value === null ? { tombstone: true } : {}),
  };
}
