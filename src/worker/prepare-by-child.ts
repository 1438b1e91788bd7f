import { checker } from './datum/checker.ts';
import type { AlertToAsk, HookAnswer } from './datum/prepare.ts';
import { DecodeError } from './decode/error.ts';
import { readJson } from './decode/json.ts';
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
  const forLine = options.indent === 0 ? null : new Transcoder({ ...options, indent: 0 });
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
      take({ path, bytes, stamps: alert.stamps });
      if (bytes !== null) given += 1;
    }
    return { complete: true };
  };
}

/** The same for forms with a schema: what it answers is told value by value. The transcoder writes an alert on one line. */
export function alertsForChild(
  transcoder: Transcoder,
  child: ChildHook,
): (message: Message, drop: () => void) => Iterable<AlertToAsk> {
  return function* (message, drop) {
    for (const alert of transcoder.transcode(message, drop)) {
      const ask = async (): Promise<HookAnswer> => {
        const answer = await child.ask([contextOf(message, alert.record), alert.bytes, END]);
        try {
          const meaning = meaningOf(answer);
          if (meaning !== 'object') return meaning;
          // To its end, before anything is made of it.
          readJson(answer, checker);
        } catch (error) {
          await child.mistrust();
          throw error instanceof DecodeError ? notJson(error) : error;
        }
        return (visitor) => {
          readJson(answer, visitor);
        };
      };
      yield { ...alert, ask };
    }
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

/** @throws HookError */
function meaningOf(answer: Buffer): 'keep' | 'drop' | 'object' {
  const word = answer.toString('utf8', 0, 100).trim();
  if (word === 'null') return 'keep';
  if (word === 'false') return 'drop';
  if (word.startsWith('{')) return 'object';
  throw new HookError(
    'HOOK_RESULT',
    `The hook answered ${JSON.stringify(word)}; it may answer null, false, an object to be saved, or a string that says what went wrong.`,
  );
}

function notJson(error: DecodeError): HookError {
  return new HookError(
    'HOOK_RESULT',
    `The hook answered what cannot be saved as JSON: ${error.message}`,
    error,
  );
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
    const meaning = meaningOf(answer);
    if (meaning === 'object') return this.#encode(answer, alert.literal, message);
    return meaning === 'keep' ? alert.bytes : null;
  }

  #encode(answer: Buffer, literal: boolean, message: Message): Uint8Array {
    try {
      const [encoded] = this.#transcoderFor(literal).transcode({ ...message, value: answer });
      return (encoded as AlertBytes).bytes;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw notJson(error);
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
        stampFiles: null,
      });
      this.#transcoders.set(literal, transcoder);
    }
    return transcoder;
  }
}
