import { Cursor } from '../../worker/decode/avro/cursor.ts';
import type { AvroType } from '../../worker/decode/avro/schema.ts';
import { ValueBuilder } from '../../worker/datum/value.ts';
import { jsonText } from '../../worker/datum/json-text.ts';
import type { AvroBytes } from './avro-bytes.ts';

/** Reads a value that comes out as text, such as a UUID. */
export function readAsText(type: AvroType, from: AvroBytes): string {
  const cursor = new Cursor(from.bytes, from.at);
  const values = new ValueBuilder();
  type.read(cursor, values);
  from.at = cursor.at;
  const { result = null } = values;
  return typeof result === 'string' ? result : jsonText(result);
}
