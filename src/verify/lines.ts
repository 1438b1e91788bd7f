import { readJson } from '../worker/decode/json.ts';
import { nobody } from '../worker/decode/nobody.ts';

const NEWLINE = 10;
/** No message of Kafka's is as long; whatever says so is broken, and memory is not to follow it. */
export const MAX_ITEM_BYTES: number = 256 * 1024 * 1024;

/** Cuts chunks of a file into lines. */
export class LineSplitter {
  readonly #onLine: (line: Buffer) => void;
  #parts: Buffer[] = [];
  #bytes = 0;

  /** @param onLine gets each line that ends, without its end. */
  constructor(onLine: (line: Buffer) => void) {
    this.#onLine = onLine;
  }

  /** @throws RangeError for a line without end. */
  take(chunk: Buffer): void {
    let at = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, at)) {
      const tail = chunk.subarray(at, end);
      this.#onLine(this.#bytes === 0 ? tail : Buffer.concat([...this.#parts, tail]));
      this.#parts = [];
      this.#bytes = 0;
      at = end + 1;
    }
    if (at === chunk.length) return;
    this.#parts.push(Buffer.from(chunk.subarray(at)));
    this.#bytes += chunk.length - at;
    if (this.#bytes > MAX_ITEM_BYTES) throw new RangeError('it has a line that does not end');
  }

  /** What stands behind the last line's end. */
  rest(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** Whether a text is JSON, with Python's NaN and Infinity allowed: `--non-finite literal` writes them. */
export function isJson(text: string): boolean {
  return (
    succeeds(() => {
      JSON.parse(text);
    }) ||
    succeeds(() => {
      readJson(Buffer.from(text), nobody);
    })
  );
}

function succeeds(read: () => void): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
