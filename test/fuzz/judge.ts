import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { outcome } from '../../src/batch/batch.ts';
import type { WorkerSettings } from '../../src/pool/messages.ts';
import type { FormatOption } from '../../src/worker/decode/detect.ts';
import { DecodeError, SchemaNeeded } from '../../src/worker/decode/error.ts';
import type { Message } from '../../src/worker/message.ts';
import { MessageWorker } from '../../src/worker/message-worker.ts';
import { PathTemplate } from '../../src/worker/name/template.ts';
import { createPrepare } from '../../src/worker/prepare.ts';
import type { KnownSchemas } from '../../src/worker/schemas.ts';
import { Transcoder } from '../../src/worker/transcode.ts';
import { OutputFolder } from '../../src/worker/write/folder.ts';
import { JsonFiles } from '../../src/worker/write/json-files.ts';
import { newWriter } from '../../src/temporary.ts';

/** Names made of what a message says, wherever it can say something. */
const TEMPLATE = '{.publisher}/{candidate.fid}-{__proto__.x}/{constructor.name}/{hash2}/{alert_id}.json';
const SAFE_NAME = /^(?!\.{1,2}$)[^\u0000-\u001f\\/:*?"<>|]+$/; // eslint-disable-line no-control-regex -- what must not be there
const MAX_ERROR_CHARACTERS = 2_000;
/** Folders are emptied so often that a run of a million does not fill the disk. */
const SAVES_A_FOLDER = 2_000;

const bornWith = Object.getOwnPropertyNames(Object.prototype).join();

/** What a spoilt message did that none may do. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure';
}

/** Puts messages through the client's worker side and checks what must hold for any of them. */
export class Judge {
  readonly #schemas: KnownSchemas;
  readonly #template = new PathTemplate(TEMPLATE, false);
  readonly #transcoders = new Map<FormatOption, Transcoder>();
  readonly #parent = mkdtempSync(join(tmpdir(), 'antares-fuzz-'));
  readonly #out = join(this.#parent, 'out');
  #worker: MessageWorker;
  #saves = 0;

  constructor(schemas: KnownSchemas) {
    this.#schemas = schemas;
    this.#worker = this.#newWorker();
  }

  /** `decoded`, or the code of what is wrong with it. @throws FuzzFailure where it is neither. */
  decode(message: Message, format: FormatOption): string {
    return this.#outcomeOf(() => {
      for (const alert of this.#transcoder(format).transcode(message)) {
        const path = this.#template.render({ message, topic: message.topic, ...alert });
        const names = path.split('/');
        if (
          names.length !== 5 ||
          !names.every((name) => SAFE_NAME.test(name) && Buffer.byteLength(name) <= 255)
        ) {
          throw new FuzzFailure(`the path ${JSON.stringify(path)}`);
        }
      }
    });
  }

  /** The same by way of a hook, and with a transcoder that has seen nothing before: all must come out alike. */
  compare(message: Message, format: FormatOption): void {
    const transcoder = this.#transcoder(format);
    const plain = this.#filesOf(transcoder, message);
    const fresh = this.#filesOf(this.#newTranscoder(format), message);
    if (plain.join('\n') !== fresh.join('\n'))
      throw new FuzzFailure('what came before changed what came out');
    const literal = /[:[,]\s*(?:NaN|-?Infinity)/;
    for (const text of plain) {
      if (/[^\n -~]/.test(text)) throw new FuzzFailure('the file is not ASCII');
      if (text.startsWith('{') && !literal.test(text)) JSON.parse(text);
    }
    const hooked: string[] = [];
    const code = this.#outcomeOf(() => {
      for (const alert of transcoder.transcodeWithObjects(message)) {
        hooked.push(Buffer.from(alert.bytes).toString('latin1'));
        const returned = Buffer.from(alert.encodeReturned(alert.alert)).toString('latin1');
        // Objects put keys that look like numbers first, so only their order may differ.
        if (returned.length !== hooked.at(-1)?.length)
          throw new FuzzFailure('a hook that changed nothing changed the file');
      }
    });
    if ([...hooked, code].join('\n') !== plain.join('\n'))
      throw new FuzzFailure('with a hook another file came out');
    if (Object.getOwnPropertyNames(Object.prototype).join() !== bornWith)
      throw new FuzzFailure('Object.prototype was changed');
  }

  /** Through to the disk: all that is written is in the folder, as an alert or as a dead letter. */
  async save(message: Message): Promise<string> {
    if (++this.#saves % SAVES_A_FOLDER === 0) {
      rmSync(this.#out, { recursive: true, force: true });
      this.#worker = this.#newWorker();
    }
    try {
      const { result, files } = await this.#worker.process(message, Number.POSITIVE_INFINITY);
      for (const file of files) file.publish();
      for (const { path } of files) {
        if (!path.startsWith(this.#out + sep) || resolve(path) !== path || !existsSync(path)) {
          throw new FuzzFailure(`it wrote ${JSON.stringify(path)}`);
        }
      }
      if (result === outcome.DEAD && files.length !== 2)
        throw new FuzzFailure('the dead letter is not whole');
      if (result === outcome.SAVED && files.length === 0) throw new FuzzFailure('nothing was saved');
      if (result !== outcome.DEAD && result !== outcome.SAVED && result !== outcome.FILTERED) {
        throw new FuzzFailure(`it ended as ${result}`);
      }
      return result === outcome.DEAD ? 'dead letter' : result === outcome.SAVED ? 'saved' : 'no alert in it';
    } catch (error) {
      if (error instanceof SchemaNeeded) return 'waits for its schema';
      throw error;
    }
  }

  /** Nothing may lie beside the output folder. */
  close(): void {
    const beside = readdirSync(this.#parent).filter((name) => name !== 'out');
    rmSync(this.#parent, { recursive: true, force: true });
    if (beside.length > 0) throw new FuzzFailure(`beside the output folder lies ${beside.join()}`);
  }

  #filesOf(transcoder: Transcoder, message: Message): string[] {
    const files: string[] = [];
    const code = this.#outcomeOf(() => {
      for (const { bytes } of transcoder.transcode(message))
        files.push(Buffer.from(bytes).toString('latin1'));
    });
    return [...files, code];
  }

  #outcomeOf(act: () => void): string {
    try {
      act();
      return 'decoded';
    } catch (error) {
      if (error instanceof SchemaNeeded) return 'SCHEMA_NEEDED';
      if (!(error instanceof DecodeError)) throw error;
      if (error.message.length > MAX_ERROR_CHARACTERS || !error.message.endsWith('.')) {
        throw new FuzzFailure(
          `the message of ${error.message.length} characters: ${error.message.slice(0, 300)}`,
        );
      }
      return error.code;
    }
  }

  #transcoder(format: FormatOption): Transcoder {
    const known = this.#transcoders.get(format) ?? this.#newTranscoder(format);
    this.#transcoders.set(format, known);
    return known;
  }

  #newTranscoder(format: FormatOption): Transcoder {
    const { fieldPaths } = this.#template;
    return new Transcoder({ format, indent: 0, nonFinite: 'auto', fieldPaths, schemas: this.#schemas });
  }

  #newWorker(): MessageWorker {
    const writer = newWriter();
    const settings: WorkerSettings = {
      workerIndex: 0,
      deadThreads: [],
      format: 'auto',
      indent: 0,
      nonFinite: 'auto',
      pathTemplate: TEMPLATE,
      select: { where: null, cones: [], fields: null, stamps: 'keep' },
      topicPrefix: '',
      output: { dir: this.#out, sync: 'none', caseInsensitive: false, writer },
      form: { kind: 'json' },
      toPipe: false,
      processFile: null,
      processCommand: null,
      processTimeoutMs: 1000,
      onError: 'dead-letter',
      logEachAlert: true,
      glimpses: null,
    };
    const folder = new OutputFolder(this.#out, writer, 0, []);
    const sink = new JsonFiles(folder, 'none');
    const prepare = createPrepare(settings, this.#schemas, null, () => undefined);
    return new MessageWorker(settings, prepare, sink, folder);
  }
}
