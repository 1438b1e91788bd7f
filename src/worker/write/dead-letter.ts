import { isUtf8 } from 'node:buffer';
import build from 'fast-json-stringify';
import { crc32c } from '../../checksum.ts';
import { heldMs } from '../../timestamp.ts';
import type { Message } from '../message.ts';
import { topicFolder } from '../name/topic-folder.ts';
import type { OutputFolder } from './folder.ts';
import type { Unpublished } from './sink.ts';

/** Folder of the dead letters, below the output folder. */
export const DEAD_LETTER_FOLDER = '_dead-letter';

const bytesSchema = {
  type: 'object',
  properties: { encoding: { type: 'string' }, data: { type: 'string' } },
} as const;

/** The sidecar's form is known in advance, unlike an alert's: this is where a compiled serialiser fits. */
const stringify = build({
  type: 'object',
  properties: {
    topic: { type: 'string' },
    partition: { type: 'integer' },
    offset: { type: 'integer' },
    timestampMs: { type: 'integer' },
    key: { anyOf: [bytesSchema, { type: 'null' }] },
    headers: {
      type: 'array',
      items: {
        type: 'object',
        properties: { key: { type: 'string' }, value: { anyOf: [bytesSchema, { type: 'null' }] } },
      },
    },
    bytes: { type: 'integer' },
    crc32c: { type: 'string' },
    error: { type: 'object', properties: { code: { type: 'string' }, text: { type: 'string' } } },
  },
});

/**
 * Writes a message that could not be saved: `<partition>-<offset>.bin` is its value as it came, `.json` beside it says
 * what it was and what was wrong. The value is published first, so a `.json` always has its `.bin`.
 *
 * @throws OutputError
 */
export function writeDeadLetter(
  folder: OutputFolder,
  message: Message,
  folderTopic: string,
  error: { readonly code: string; readonly text: string },
  sync: boolean,
): readonly [value: Unpublished, sidecar: Unpublished] {
  const base = `${DEAD_LETTER_FOLDER}/${topicFolder(folderTopic, '')}/${message.partition}-${message.offset}`;
  const sidecar = stringify({
    topic: message.topic,
    partition: message.partition,
    offset: message.offset,
    timestampMs: heldMs(message.timestampMs),
    key: readable(message.key),
    headers: message.headers.map(({ key, value }) => ({ key, value: readable(value) })),
    bytes: message.value.byteLength,
    crc32c: crc32c(message.value),
    error: { code: error.code, text: error.text },
  });
  return [
    folder.write(`${base}.bin`, message.value, sync),
    folder.write(`${base}.json`, Buffer.from(`${sidecar}\n`), sync),
  ];
}

/** Text where it is text, so that a person can read it; base64 where it is not, so that nothing is lost. */
function readable(bytes: Uint8Array | null): { encoding: string; data: string } | null {
  if (bytes === null) return null;
  // A copy, because the check refuses shared memory.
  const copy = Buffer.from(bytes);
  const encoding = isUtf8(copy) ? 'utf8' : 'base64';
  return { encoding, data: copy.toString(encoding) };
}
