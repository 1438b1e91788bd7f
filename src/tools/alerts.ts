import type { FormatOption } from '../worker/decode/detect.ts';
import type { Message } from '../worker/message.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import { Transcoder } from '../worker/transcode.ts';
import { withSchemas } from '../worker/with-schemas.ts';
import { print } from './print.ts';
import { Schemas } from './schemas.ts';
import type { Session } from './session.ts';

const NEWLINE = Buffer.from('\n');

/** Prints the alerts of messages as JSON, one behind the other. */
export class AlertPrinter {
  readonly #schemas: Schemas;
  readonly #known = new KnownSchemas();
  readonly #transcoders = new Map<FormatOption, Transcoder>();
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    this.#schemas = new Schemas(session);
  }

  /** @throws DecodeError, ClientError */
  async print(message: Message, format: FormatOption = this.#session.config.decode.format): Promise<void> {
    await withSchemas(
      this.#known,
      async () => {
        for (const { bytes } of this.#transcoderFor(format).transcode(message))
          await print(Buffer.concat([bytes, NEWLINE]));
      },
      // Wanted before the first alert, so none is printed twice.
      (schemaId) => this.#schemas.text(schemaId),
    );
  }

  #transcoderFor(format: FormatOption): Transcoder {
    const { indent, nonFinite } = this.#session.config.output;
    let transcoder = this.#transcoders.get(format);
    if (transcoder === undefined) {
      transcoder = new Transcoder({ format, indent, nonFinite, fieldPaths: [], schemas: this.#known });
      this.#transcoders.set(format, transcoder);
    }
    return transcoder;
  }
}
