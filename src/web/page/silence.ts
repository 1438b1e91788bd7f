/** The client tells of the run once a second. */
const SILENT_MS = 10_000;

/** Notices when nothing comes any more: where the client stands still, or a tunnel is cut, the connection itself tells nothing for hours. */
export class Silence {
  readonly #onSilent: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(onSilent: () => void) {
    this.#onSilent = onSilent;
  }

  /** Something has come. */
  broken(): void {
    this.end();
    this.#timer = setTimeout(this.#onSilent, SILENT_MS);
  }

  /** Nothing is waited for any more. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
