/**
 * What a decoder says while it reads a message, value by value, in the message's own order. One decoder a format calls it; one visitor
 * writes JSON at once (the fast way, no objects), another builds the object that a hook is given. Numbers arrive by
 * their type on the wire, never by their value: that is what keeps `-999.0` a float and a 64-bit id exact.
 */
export interface AlertVisitor {
  /** @param uniqueKeys the format guarantees that no key comes twice (Avro records); otherwise the last value holds, at the first one's place. */
  beginObject(uniqueKeys: boolean): void;
  /** @returns whether its value is wanted; one that is not is passed over, not told. */
  key(name: string): boolean;
  endObject(): void;
  beginArray(): void;
  endArray(): void;
  null(): void;
  boolean(value: boolean): void;
  /** A 32-bit integer. */
  int(value: number): void;
  /** A 64-bit integer, signed or unsigned; as a number where that is exact, because most are small. */
  long(value: bigint | number): void;
  /** A floating point number; 32-bit ones already widened. May be NaN or infinite. */
  double(value: number): void;
  /** A number of a JSON message, in its own text. */
  numberText(text: string): void;
  string(value: string): void;
  /** Bytes that come out as base64. The view is only valid during the call. */
  bytes(value: Uint8Array): void;
}
