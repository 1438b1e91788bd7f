import { ClientError } from '../errors.ts';
import { several } from '../several.ts';

const WINDOW = 1_000;

/**
 * Stops a run whose messages are nearly all bad: then not the messages are wrong but a setting is, and dead letters by
 * the million help nobody.
 */
export class FailureLimit {
  readonly #maxInARow: number;
  readonly #recent: boolean[] = [];
  #failuresInWindow = 0;
  #lastCode: string | null = null;
  #inARow = 0;

  /** @param maxInARow `--max-errors` */
  constructor(maxInARow: number) {
    this.#maxInARow = maxInARow;
  }

  /** Counts a finished message; `code` says what was wrong with it, null that nothing was. Returns the error that ends the run. */
  count(code: string | null, text = ''): ClientError | null {
    this.#inARow = code === null ? 0 : code === this.#lastCode ? this.#inARow + 1 : 1;
    this.#lastCode = code;
    this.#recent.push(code !== null);
    if (code !== null) this.#failuresInWindow += 1;
    if (this.#recent.length > WINDOW && this.#recent.shift() === true) this.#failuresInWindow -= 1;
    if (code === null) return null;
    if (this.#inARow >= this.#maxInARow) {
      return tooMany(
        `${several(this.#inARow, 'message')} in a row failed with ${code}`,
        text,
        '; --max-errors raises the limit',
      );
    }
    if (this.#recent.length === WINDOW && this.#failuresInWindow > WINDOW / 2) {
      return tooMany(
        `${this.#failuresInWindow} of the last ${WINDOW} messages failed, the last with ${code}`,
        text,
      );
    }
    return null;
  }
}

function tooMany(what: string, text: string, more = ''): ClientError {
  return new ClientError(
    'TOO_MANY_ERRORS',
    `${what} (${text}). This looks like a wrong setting (--format, --schema-registry, --process), not like bad messages${more}.`,
  );
}
