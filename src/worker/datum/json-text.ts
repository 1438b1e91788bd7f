import { JsonWriter } from '../encode/json-writer.ts';
import { fieldTree } from '../encode/field-capture.ts';
import { tellValue, type Value } from './value.ts';

const writer = new JsonWriter(0, fieldTree([]));

/** A value as JSON, as it would stand in a file of its own. @throws DecodeError TOO_LARGE */
export function jsonText(value: Value): string {
  writer.start(true);
  tellValue(value, writer);
  return Buffer.from(writer.finish()).toString();
}
