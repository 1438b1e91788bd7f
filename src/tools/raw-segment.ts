import { createReadStream } from 'node:fs';
import { FrameSplitter } from '../verify/frames.ts';
import type { Message } from '../worker/message.ts';

const CHUNK_BYTES = 1024 * 1024;

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
  const splitter = new FrameSplitter((message) => {
    messages.push({ topic, partition, ...message });
  });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    splitter.take(chunk as Buffer);
    yield* messages;
    messages = [];
  }
  if (!splitter.begun || splitter.rest > 0) throw new RangeError('its last frame has no end');
}
