const TWO_32 = 0x1_0000_0000;

/** Avro's bytes of one record, which is known to be whole: the workers have checked it. */
export class AvroBytes {
  bytes: Buffer = Buffer.alloc(0);
  view: DataView = new DataView(new ArrayBuffer(0));
  at = 0;
  /** The halves of the last {@link long}. */
  low = 0;
  high = 0;

  begin(record: Uint8Array): void {
    this.bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength);
    this.view = new DataView(record.buffer, record.byteOffset, record.byteLength);
    this.at = 0;
  }

  /** An integer that a number holds. */
  int(): number {
    const { bytes } = this;
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = bytes[this.at++] as number;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    this.at -= 4;
    this.long();
    return this.high * TWO_32 + this.low;
  }

  /** A 64-bit integer, into {@link low} (unsigned) and {@link high} (signed). */
  long(): void {
    const { bytes } = this;
    let low28 = 0;
    let middle28 = 0;
    let high8 = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[this.at++] as number;
      if (shift < 28) low28 |= (byte & 0x7f) << shift;
      else if (shift < 56) middle28 |= (byte & 0x7f) << (shift - 28);
      else high8 |= (byte & 0x7f) << (shift - 56);
      if (byte < 0x80) break;
    }
    // 28 + 28 + 8 bits, then the sign out of the last place.
    const lowWord = (low28 | (middle28 << 28)) >>> 0;
    const highWord = ((middle28 >>> 4) | (high8 << 24)) >>> 0;
    const sign = -(lowWord & 1);
    this.low = (((lowWord >>> 1) | (highWord << 31)) ^ sign) >>> 0;
    this.high = (highWord >>> 1) ^ sign;
  }

  /** The number of items in the next block of an array or map; 0 at its end. */
  block(): number {
    const count = this.int();
    if (count >= 0) return count;
    this.int();
    return -count;
  }
}
