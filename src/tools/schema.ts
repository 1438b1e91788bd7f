import { existsSync } from 'node:fs';
import { ClientError, messageOf } from '../errors.ts';
import { Cursor } from '../worker/decode/avro/cursor.ts';
import { detectFormat } from '../worker/decode/detect.ts';
import { DecodeError } from '../worker/decode/error.ts';
import type { Message } from '../worker/message.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import { Transcoder } from '../worker/transcode.ts';
import { messagesIn } from './files.ts';
import { newestMessages, noAlertIn } from './newest.ts';
import { print } from './print.ts';
import { Schemas } from './schemas.ts';
import { openOffline, openSession, type ToolInput, withBroker } from './session.ts';

const CONTAINER_MAGIC_BYTES = 4;
const INDENT = 2;

/** `antares-client schema`. A name that is a file's is taken for that first. @throws ClientError */
export async function schema(input: ToolInput): Promise<void> {
  const of = String(input.given['of']);
  if (existsSync(of)) {
    const schemas = new Schemas(openOffline(input));
    await print(pretty(await writersSchema(await firstMessageIn(of), of, schemas)));
    return;
  }
  if (/^\d+$/.test(of)) {
    await print(pretty(await new Schemas(openOffline(input)).text(Number(of))));
    return;
  }
  // No topic has a slash in its name.
  if (of.includes('/')) throw new ClientError('USAGE', `There is no file ${of}.`);
  const session = openSession(input, of);
  await withBroker(session, async (connected) => {
    const [newest] = await newestMessages(connected, session, 1).catch((error: unknown) => {
      if (!(error instanceof ClientError) || error.code !== 'TOPIC_UNKNOWN') throw error;
      throw new ClientError(error.code, `There is no file ${of}, and: ${error.message}`, { cause: error });
    });
    if (newest === undefined) throw new ClientError('BAD_MESSAGE', noAlertIn(of));
    const message = { ...newest, value: newest.value ?? Buffer.alloc(0) };
    await print(pretty(await writersSchema(message, `The newest message of ${of}`, new Schemas(session))));
  });
}

/** @throws ClientError */
async function firstMessageIn(file: string): Promise<Message> {
  try {
    for await (const { message } of messagesIn(file)) return message;
  } catch (error) {
    throw unreadable(file, error);
  }
  throw new ClientError('BAD_MESSAGE', `${file} holds no message.`);
}

/** The text of the schema that a message was written with. @throws ClientError */
async function writersSchema(message: Message, where: string, schemas: Schemas): Promise<string> {
  try {
    return await namedOrCarried(message, where, schemas);
  } catch (error) {
    throw error instanceof DecodeError ? unreadable(where, error) : error;
  }
}

function unreadable(where: string, error: unknown): ClientError {
  if (error instanceof ClientError) return error;
  return new ClientError('BAD_MESSAGE', `${where} cannot be read: ${messageOf(error)}`);
}

/** By an id, or in the message itself or its key. @throws ClientError, DecodeError */
async function namedOrCarried(message: Message, where: string, schemas: Schemas): Promise<string> {
  const value = Buffer.from(message.value);
  const format = detectFormat(value, message);
  switch (format) {
    case 'avro':
      return schemaInContainer(value, where);
    case 'confluent':
      return schemas.text(value.readUInt32BE(1));
    case 'fink':
      return Buffer.from(message.key ?? []).toString();
    default:
      throw new ClientError('BAD_MESSAGE', `${where} has no Avro schema: its format is ${format}.`);
  }
}

/** @throws DecodeError */
function schemaInContainer(value: Buffer, where: string): string {
  const cursor = new Cursor(value, CONTAINER_MAGIC_BYTES);
  for (let count = cursor.block(); count > 0; count = cursor.block()) {
    for (let i = 0; i < count; i++) {
      if (cursor.string() === 'avro.schema') return cursor.string();
      cursor.fixed(cursor.count());
    }
  }
  throw new ClientError('BAD_MESSAGE', `${where} is an Avro container without a schema.`);
}

/** Indented; numbers keep their text. A schema that is but a name stays as it is. */
function pretty(text: string): string {
  if (!/^\s*[[{]/.test(text)) return `${text}\n`;
  const transcoder = new Transcoder({
    format: 'json',
    indent: INDENT,
    nonFinite: 'literal',
    fieldPaths: [],
    schemas: new KnownSchemas(),
  });
  const [shown] = transcoder.transcode({
    ...{ topic: '', partition: 0, offset: 0, timestampMs: -1, key: null, headers: [] },
    value: Buffer.from(text),
  });
  return `${Buffer.from(shown?.bytes ?? []).toString()}\n`;
}
