import assert from 'node:assert/strict';
import { DecodeError } from '../../src/worker/decode/error.ts';
import type { Message } from '../../src/worker/message.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { keptFields, type Reduction } from '../../src/worker/select/reduced.ts';
import { Transcoder, type TranscoderOptions } from '../../src/worker/transcode.ts';
import type { PartOfRecords } from '../../src/worker/wasm/avro-program.ts';

/** Parts of alerts, of which some leave out what names an alert. */
export const reductions: readonly Reduction[] = [
  { fields: null, dropStamps: true },
  { fields: ['id', 'data.id', 'alert_id'], dropStamps: false },
  { fields: ['id.id', 'new_alert', 'cutoutScience'], dropStamps: true },
  { fields: ['nowhere'], dropStamps: false },
];

/** The same as WebAssembly is told it. */
export function partOf({ fields, dropStamps }: Reduction): PartOfRecords {
  return { keep: keptFields(fields), dropStamps };
}

/** What a message came to: its alerts, and the error that ended it. */
interface Outcome {
  readonly alerts: readonly { readonly text: string; readonly fields: readonly (string | undefined)[] }[];
  readonly error: string | null;
}

/** Transcodes messages with WebAssembly and without; asserts that nobody can tell the ways apart. */
export class BothWays {
  readonly #fast: Transcoder;
  readonly #plain: Transcoder;
  readonly #fieldCount: number;

  constructor(options: Partial<TranscoderOptions> = {}) {
    const all: TranscoderOptions = {
      format: 'auto',
      indent: 0,
      nonFinite: 'auto',
      fieldPaths: [],
      schemas: new KnownSchemas(),
      ...options,
    };
    this.#fast = new Transcoder(all);
    this.#plain = new Transcoder({ ...all, webAssembly: false });
    this.#fieldCount = all.fieldPaths.length;
  }

  /** What both made of it. */
  transcode(message: Message): Outcome {
    const plain = this.#outcome(this.#plain, message);
    assert.deepEqual(this.#outcome(this.#fast, message), plain);
    return plain;
  }

  #outcome(transcoder: Transcoder, message: Message): Outcome {
    const alerts: Outcome['alerts'][number][] = [];
    try {
      for (const { bytes, fields } of transcoder.transcode(message)) {
        // The list may be shorter than what was asked for.
        const all = Array.from({ length: this.#fieldCount }, (_, place) => fields[place]);
        alerts.push({ text: Buffer.from(bytes).toString('latin1'), fields: all });
      }
      return { alerts, error: null };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return { alerts, error: `${error.code} ${error.message}` };
    }
  }
}
