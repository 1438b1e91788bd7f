import { fileURLToPath } from 'node:url';
import { OutsideWaits } from '../../outside-waits.ts';
import { Child, type ChildCommand, ChildDied } from './child.ts';
import { HookError, HookLoadError } from './hook.ts';

const NULL = 'null';
const QUOTE = 0x22;
/** A command that cannot run ends within a moment; it says nothing when it can. */
const STARTS_WITHIN_MS = 250;
/** Loading a module of Python may take long, where the disk is cold and half of astronomy is imported. */
const LOADS_WITHIN_MS = 120_000;
/** A message that kills its process so often is not tried again, as with workers. */
const DEATHS = 2;

/** A hook in a process of its own. */
export interface HookProcess {
  readonly command: ChildCommand;
  /** It says in a first line whether its function is loaded. */
  readonly greets: boolean;
}

/** `--process FILE.py`: the file's process_alert, run by what ships with the client. */
export function pythonHook(file: string): HookProcess {
  const runner = fileURLToPath(new URL('./run_hook.py', import.meta.url));
  return { command: { name: file, file: 'python3', args: [runner, file] }, greets: true };
}

/** `--process-command CMD`: any program that answers lines. */
export function commandHook(command: string): HookProcess {
  return { command: { name: command, file: 'sh', args: ['-c', command] }, greets: false };
}

/**
 * Asks a process what to do with each alert, one line each way. Where the process ends it is started anew, and the alert is asked for once
 * more; at the second end, and when it takes too long, the message is bad.
 */
export class ChildHook {
  readonly #process: HookProcess;
  readonly #timeoutMs: number;
  readonly #onLogLine: (text: string) => void;
  readonly #waits: OutsideWaits;
  #child: Child;

  private constructor(
    process: HookProcess,
    timeoutMs: number,
    onLogLine: (text: string) => void,
    waits: OutsideWaits,
  ) {
    this.#process = process;
    this.#timeoutMs = timeoutMs;
    this.#onLogLine = onLogLine;
    this.#waits = waits;
    this.#child = this.#spawn();
  }

  /**
   * Starts the process.
   *
   * @param waits is told when the thread waits for the process, which bounds itself: by `timeoutMs`, and by how long it may load.
   * @throws HookLoadError with a sentence for its author.
   */
  static async start(
    process: HookProcess,
    timeoutMs: number,
    onLogLine: (text: string) => void,
    waits = new OutsideWaits(),
  ): Promise<ChildHook> {
    const hook = new ChildHook(process, timeoutMs, onLogLine, waits);
    const why = await hook.#whyNotReady();
    if (why === null) return hook;
    hook.stop();
    const { greets, command } = process;
    throw new HookLoadError(
      greets
        ? `--process ${command.name} does not load: ${why}.`
        : `--process-command ${command.name} cannot be used: ${why}.`,
    );
  }

  /**
   * @param line one alert with its context, with its end.
   * @returns its answer, which is no error.
   * @throws HookError
   */
  ask(line: readonly Uint8Array[]): Promise<Buffer> {
    return this.#waits.during(() => this.#answerTo(line));
  }

  async #answerTo(line: readonly Uint8Array[]): Promise<Buffer> {
    for (let deaths = 0; ; ) {
      try {
        const answer = await this.#child.ask(line, this.#timeoutMs);
        if (answer !== null) return withoutError(answer);
      } catch (error) {
        if (!(error instanceof ChildDied)) throw error;
        deaths += 1;
        await this.#restart();
        if (deaths < DEATHS) continue;
        throw new HookError(
          'HOOK_DIED',
          `The process of the hook ended ${DEATHS} times at this message: ${error.message}`,
          error,
        );
      }
      this.#child.kill('it took too long');
      await this.#restart();
      throw new HookError('HOOK_TIMEOUT', `The hook took longer than ${this.#timeoutMs} ms`);
    }
  }

  /** What came is no answer: nothing that comes after it can be trusted. */
  async mistrust(): Promise<void> {
    this.#child.kill('its answer was none');
    await this.#waits.during(() => this.#restart());
  }

  /** Lets the process end. */
  stop(): void {
    this.#child.end();
  }

  #spawn(): Child {
    return new Child(this.#process.command, this.#onLogLine);
  }

  /** An error here is found at the next alert: that one then is asked for in vain. */
  async #restart(): Promise<void> {
    this.#child = this.#spawn();
    const why = await this.#whyNotReady();
    if (why !== null) this.#onLogLine(`does not start again: ${why}.`);
  }

  /** null: it is ready. */
  async #whyNotReady(): Promise<string | null> {
    const { greets, command } = this.#process;
    try {
      const greeting = await this.#child.ask([], greets ? LOADS_WITHIN_MS : STARTS_WITHIN_MS);
      if (!greets) return greeting === null ? null : 'it wrote a line before it was asked anything';
      if (greeting === null) return `it takes longer than ${LOADS_WITHIN_MS / 1000} s`;
      const text = greeting.toString();
      return text === NULL ? null : firstLine(text);
    } catch (error) {
      if (!(error instanceof ChildDied)) throw error;
      return error.message.includes('ENOENT')
        ? `there is no program ${command.file} on the PATH`
        : error.message;
    }
  }
}

/** @throws HookError where the answer is a string, which says what went wrong. */
function withoutError(answer: Buffer): Buffer {
  if (answer[0] !== QUOTE) return answer;
  const text = answer.toString();
  const error = new HookError('HOOK_THREW', firstLine(text));
  const trace = unquoted(text);
  error.stack = trace.slice(trace.indexOf('\n') + 1);
  throw error;
}

function firstLine(text: string): string {
  return unquoted(text).split('\n', 1)[0] ?? '';
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
