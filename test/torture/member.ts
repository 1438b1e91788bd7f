import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { cliFile } from '../support/client.ts';
import { type Plan, preloadUrl } from './inside/plan.ts';

const TAIL_CHARACTERS = 20_000;

/** How a client ended. */
export interface MemberEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One client process: the built command, with the plan inside. */
export class Member {
  readonly process: ChildProcess;
  readonly ended: Promise<MemberEnd>;
  /** Signals that we have sent it, in order. */
  readonly signals: NodeJS.Signals[] = [];
  #tail = '';

  /** @param logFile where its log is kept as well, with those of others. */
  constructor(args: readonly string[], plan: Plan, logFile: string) {
    this.process = spawn(process.execPath, ['--import', preloadUrl(plan), cliFile, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      appendFileSync(logFile, text.replaceAll(/^(?=.)/gm, `${this.process.pid ?? 0} `));
      this.#tail = (this.#tail + text).slice(-TAIL_CHARACTERS);
    });
    this.ended = once(this.process, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** The end of what it logged. */
  get tail(): string {
    return this.#tail;
  }

  send(signal: NodeJS.Signals): void {
    if (!this.running) return;
    if (signal !== 'SIGCONT' && signal !== 'SIGSTOP') this.signals.push(signal);
    this.process.kill(signal);
  }
}
