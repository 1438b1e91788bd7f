import type { AlertVisitor } from '../decode/visitor.ts';

const nothing = (): void => undefined;

/** Listens to nothing: a message that is read to the end for it can be decoded. */
export const checker: AlertVisitor = {
  beginObject: nothing,
  key: () => true,
  endObject: nothing,
  beginArray: nothing,
  endArray: nothing,
  null: nothing,
  boolean: nothing,
  int: nothing,
  long: nothing,
  double: nothing,
  numberText: nothing,
  string: nothing,
  bytes: nothing,
};
