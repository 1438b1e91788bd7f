import { type ChildProcess, spawn } from 'node:child_process';
import { countDown } from '../../countdown.ts';
import { limits } from '../decode/error.ts';

const NEWLINE = 10;
/** Time for what is in its pipes when it ends. */
const LAST_WORDS_MS = 200;
/** Of one line of the log. */
const MAX_LOG_CHARACTERS = 4_096;

/** What is started, and what its log lines begin with. */
export interface ChildCommand {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

/** The child ended, or did what ends it: its answers cannot be told apart any more. */
export class ChildDied extends Error {
  override readonly name = 'ChildDied';
}

/**
 * One process that is asked a line at a time. It gets this thread's environment, from which secrets were taken, and a process group of its own: a Ctrl-C
 * is for the client, which then stops in order. When the client is gone its standard input ends.
 */
export class Child {
  readonly #process: ChildProcess;
  #parts: Buffer[] = [];
  #bytes = 0;
  #death: string | null = null;
  #onLine: ((line: Buffer) => void) | null = null;
  #onDeath: (() => void) | null = null;

  /** @param onLogLine gets each line of its standard error. */
  constructor({ file, args }: ChildCommand, onLogLine: (text: string) => void) {
    const child = spawn(file, args, { stdio: 'pipe', env: { ...process.env }, detached: true });
    this.#process = child;
    child.stdout.on('data', (chunk: Buffer) => {
      this.#read(chunk);
    });
    logLines(child.stderr, onLogLine);
    // Whoever waits for the answer learns of it by the end of the process.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      this.#died(error.message);
    });
    child.on('exit', (code, signal) => {
      const reason =
        signal === null ? `it ended with exit code ${String(code)}` : `it was killed by ${signal}`;
      // What it wrote last is read first. What it has started may hold its pipes open for ever.
      const timer = setTimeout(() => {
        this.kill(reason);
      }, LAST_WORDS_MS);
      child.on('close', () => {
        clearTimeout(timer);
        this.kill(reason);
      });
    });
  }

  /**
   * Sends a line, if there is one, and waits for the next line that comes.
   *
   * @param line with its end.
   * @returns the answer without its end; null: none came in time.
   * @throws ChildDied
   */
  ask(line: readonly Uint8Array[], timeoutMs: number): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      let endCountdown = (): void => undefined;
      const settle = (): void => {
        endCountdown();
        this.#onLine = null;
        this.#onDeath = null;
      };
      this.#onLine = (answer) => {
        settle();
        resolve(answer);
      };
      this.#onDeath = () => {
        settle();
        reject(new ChildDied(this.#death ?? ''));
      };
      if (this.#death !== null) {
        this.#onDeath();
        return;
      }
      endCountdown = countDown(timeoutMs, () => {
        settle();
        resolve(null);
      });
      this.#process.stdin?.cork();
      for (const part of line) this.#process.stdin?.write(part);
      this.#process.stdin?.uncork();
    });
  }

  /** Ends it and all that it started, at once; what it started may be there when it is not. */
  kill(reason: string): void {
    const { pid } = this.#process;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // All have ended by themselves.
    }
    this.#died(reason);
  }

  /** Lets it end in its own time: it has no more to read. */
  end(): void {
    this.#process.stdin?.end();
  }

  #read(chunk: Buffer): void {
    if (this.#death !== null) return;
    const end = chunk.indexOf(NEWLINE);
    const stray = this.#onLine === null || (end >= 0 && end < chunk.length - 1);
    if (stray) {
      this.kill('it wrote more than one line for one alert, so its answers cannot be told apart');
      return;
    }
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > limits.outputBytes) {
      this.kill(`its answer is longer than ${limits.outputBytes} bytes`);
    } else if (end >= 0) {
      const line = this.#parts.length === 1 ? chunk : Buffer.concat(this.#parts);
      this.#parts = [];
      this.#bytes = 0;
      this.#onLine?.(line.subarray(0, -1));
    }
  }

  #died(reason: string): void {
    this.#death ??= reason;
    this.#parts = [];
    this.#onDeath?.();
  }
}

/** Standard error, line by line; a line without end is cut. */
function logLines(stream: NodeJS.ReadableStream, onLine: (text: string) => void): void {
  let open = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (open + text).split('\n');
    open = lines.pop() ?? '';
    for (const line of lines) if (line.trim() !== '') onLine(line.slice(0, MAX_LOG_CHARACTERS));
    if (open.length <= MAX_LOG_CHARACTERS) return;
    onLine(open.slice(0, MAX_LOG_CHARACTERS));
    open = '';
  });
  stream.on('end', () => {
    if (open.trim() !== '') onLine(open.slice(0, MAX_LOG_CHARACTERS));
  });
}
