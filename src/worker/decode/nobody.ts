import type { AlertVisitor } from './visitor.ts';

const ignore = (): void => undefined;

/** Hears a value that nobody wants. */
export const nobody: AlertVisitor = {
  beginObject: ignore,
  key: () => true,
  endObject: ignore,
  beginArray: ignore,
  endArray: ignore,
  null: ignore,
  boolean: ignore,
  int: ignore,
  long: ignore,
  double: ignore,
  numberText: ignore,
  string: ignore,
  bytes: ignore,
};
