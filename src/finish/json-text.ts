import { JsonWriter } from '../worker/encode/json-writer.ts';
import { fieldTree } from '../worker/encode/field-capture.ts';
import { tellValue, type Value } from '../worker/datum/value.ts';

const writer = new JsonWriter(0, fieldTree([]));

/** A value as JSON, as it would stand in a file of its own. */
export function jsonText(value: Value): string {
  writer.start(true);
  tellValue(value, writer);
  return Buffer.from(writer.finish()).toString();
}
