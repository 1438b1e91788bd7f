/**
 * Every way the client itself can fail, with the exit code that the command ends with (docs/operating.md, "Exit codes"):
 * 1 a failure while running, 2 wrong usage or configuration. Codes are stable: programs may compare them.
 */
const exitCodes = {
  USAGE: 2,
  CONFIG: 2,
  HOOK_LOAD: 2,
  BROKER_AUTHENTICATION: 1,
  BROKER_AUTHORIZATION: 1,
  BROKER_TLS: 1,
  BROKER_UNREACHABLE: 1,
  BROKER_FATAL: 1,
  TOPIC_UNKNOWN: 1,
  TOPIC_RECREATED: 1,
  OFFSET_GAP: 1,
  NO_POSITION: 1,
  GROUP_IN_USE: 1,
  PARTITION_LOST: 1,
  BAD_MESSAGE: 1,
  TOO_MANY_ERRORS: 1,
  STALLED: 1,
  SHUTDOWN_TIMEOUT: 1,
  WORKER_START: 1,
  OUTPUT: 1,
  MISSING_FEATURE: 1,
  SEND: 1,
  NOT_CLEAN: 1,
  NOT_WELL: 1,
  INTERNAL: 1,
} as const satisfies Record<string, 1 | 2>;

/** One of the stable codes of {@link ClientError}. */
export type ErrorCode = keyof typeof exitCodes;

/** An error with a stable code. Its message is one sentence for a person: what, where, and what to do. */
export class ClientError extends Error {
  /** What went wrong, for programs: it stays the same when the sentence changes. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ClientError';
    this.code = code;
  }

  /** What the command exits with when this error ends it. */
  get exitCode(): 1 | 2 {
    return exitCodes[this.code];
  }
}

/** A fault of the client's own, as what ends a run. */
export function internalError(thrown: unknown): ClientError {
  if (thrown instanceof ClientError) return thrown;
  return new ClientError(
    'INTERNAL',
    `Something is wrong in the client itself: ${messageOf(thrown).replace(/\.$/, '')}. What was not committed comes again.`,
    { cause: thrown },
  );
}

/** Whether a code of the system's is of an error that passes when somebody makes room on a disk. */
export function isDiskFull(code: string | undefined): boolean {
  return code === 'ENOSPC' || code === 'EDQUOT';
}

const faultsOfFiles: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
};

/** Why a file that an option names cannot be read. Most of them are slips, which the system tells in a programmer's words. */
export function fileFault(thrown: unknown): string {
  return faultsOfFiles[(thrown as NodeJS.ErrnoException).code ?? ''] ?? messageOf(thrown);
}

/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
