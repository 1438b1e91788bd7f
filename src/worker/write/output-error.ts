/**
 * The output folder refused: disk full, no permission, gone. That is not the fault of the message at hand, which is
 * kept and tried again; it never becomes a dead letter.
 */
export class OutputError extends Error {
  /** The system's code, such as `ENOSPC`. */
  readonly code: string;

  constructor(path: string, cause: unknown) {
    const { code, message } = cause as NodeJS.ErrnoException;
    super(`Cannot write ${path}: ${message}`, { cause });
    this.name = 'OutputError';
    this.code = code ?? 'EIO';
  }
}
