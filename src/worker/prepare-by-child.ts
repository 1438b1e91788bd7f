import { DecodeError } from './decode/error.ts';
import type { Message } from './message.ts';
import { dropping, type Prepare } from './message-worker.ts';
import type { ChildHook } from './process/child-hook.ts';
import { HookError } from './process/hook.ts';
import { type AlertBytes, Transcoder, type TranscoderOptions } from './transcode.ts';

const END = Buffer.from('}\n');

/**
 * The way by a process of the user's: alerts are never objects here, only there. What it is sent is the file's content on one line; what
 * it answers is read as JSON whose numbers keep their own text, so integers stay exact and floats stay floats.
 */
export function prepareByChild(
  options: TranscoderOptions,
  child: ChildHook,
  pathOf: (message: Message, alert: AlertBytes) => string,
): Prepare {
  const transcoder = new Transcoder(options);
  // Where files are indented, the line is made beside them.
  const forLine = options.indent === 0 ? null : new Transcoder({ ...options, indent: 0, fieldPaths: [] });
  const answers = new Answers(options);
  return async (message, take, wanted) => {
    const lines = forLine?.transcode(message);
    let given = 0;
    for (const alert of transcoder.transcode(message, dropping(take))) {
      if (given >= wanted) return { complete: false };
      // Before the bytes: they are valid until the next alert only, and the answer is waited for.
      const path = pathOf(message, alert);
      const line = lines === undefined ? alert : (lines.next().value as AlertBytes);
      const answer = await child.ask([contextOf(message, alert.record), line.bytes, END]);
      let bytes;
      try {
        bytes = answers.bytesToSave(answer, alert, message);
      } catch (error) {
        await child.mistrust();
        throw error;
      }
      take({ path, bytes });
      if (bytes !== null) given += 1;
    }
    return { complete: true };
  };
}

/** The line as far as the alert. */
function contextOf({ topic, partition, offset, timestampMs, key, headers }: Message, record: number): Buffer {
  const base64 = (bytes: Uint8Array | null): string | null =>
    bytes === null ? null : Buffer.from(bytes).toString('base64');
  const context = {
    topic,
    partition,
    offset,
    record,
    timestampMs: timestampMs < 0 ? null : timestampMs,
    key: base64(key),
    headers: headers.map((header) => [header.key, base64(header.value)]),
  };
  return Buffer.from(`${JSON.stringify(context).slice(0, -1)},"alert":`);
}

/** What answers mean. */
class Answers {
  readonly #options: TranscoderOptions;
  /** By whether NaN may stand in the file. */
  readonly #transcoders = new Map<boolean, Transcoder>();

  constructor(options: TranscoderOptions) {
    this.#options = options;
  }

  /** null: not to be saved. @throws HookError */
  bytesToSave(answer: Buffer, alert: AlertBytes, message: Message): Uint8Array | null {
    const word = answer.toString('utf8', 0, 100).trim();
    if (word === 'null') return alert.bytes;
    if (word === 'false') return null;
    if (word.startsWith('{')) return this.#encode(answer, alert.literal, message);
    throw new HookError(
      'HOOK_RESULT',
      `The hook answered ${JSON.stringify(word)}; it may answer null, false, an object to be saved, or a string that says what went wrong.`,
    );
  }

  #encode(answer: Buffer, literal: boolean, message: Message): Uint8Array {
    try {
      const [encoded] = this.#transcoderFor(literal).transcode({ ...message, value: answer });
      return (encoded as AlertBytes).bytes;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new HookError(
        'HOOK_RESULT',
        `The hook answered what cannot be saved as JSON: ${error.message}`,
        error,
      );
    }
  }

  #transcoderFor(literal: boolean): Transcoder {
    let transcoder = this.#transcoders.get(literal);
    if (transcoder === undefined) {
      const nonFinite = literal ? 'literal' : 'null';
      transcoder = new Transcoder({
        ...this.#options,
        format: 'json',
        nonFinite,
        fieldPaths: [],
        // What the user's program answers is saved as it is.
        selection: null,
        reduction: null,
      });
      this.#transcoders.set(literal, transcoder);
    }
    return transcoder;
  }
}
