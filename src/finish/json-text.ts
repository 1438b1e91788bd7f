import { JsonWriter } from '../worker/encode/json-writer.ts';
import { fieldTree } from '../worker/encode/field-capture.ts';
import type { AlertVisitor } from '../worker/decode/visitor.ts';
import type { Value } from '../worker/datum/value.ts';

const writer = new JsonWriter(0, fieldTree([]));

/** A value as JSON, as it would stand in a file of its own. */
export function jsonText(value: Value): string {
  writer.start(true);
  tell(value, writer);
  return Buffer.from(writer.finish()).toString();
}

function tell(value: Value, visitor: AlertVisitor): void {
  if (value === null) visitor.null();
  else if (typeof value === 'boolean') visitor.boolean(value);
  else if (typeof value === 'bigint') visitor.long(value);
  else if (typeof value === 'number') visitor.double(value);
  else if (typeof value === 'string') visitor.string(value);
  else if (Array.isArray(value)) {
    visitor.beginArray();
    for (const item of value) tell(item, visitor);
    visitor.endArray();
  } else if (value instanceof Map) {
    visitor.beginObject(true);
    for (const [key, item] of value) {
      visitor.key(key);
      tell(item, visitor);
    }
    visitor.endObject();
  } else visitor.bytes(value);
}
