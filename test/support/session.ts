import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { cliFile } from './client.ts';

/** The command at a terminal of its own. */
export class Session {
  /** All that it has shown so far. */
  shown = '';
  readonly #process;

  constructor(t: TestContext, home: string, args: readonly string[]) {
    const command = [process.execPath, cliFile, ...args].map((word) => `'${word}'`).join(' ');
    this.#process = spawn('script', ['-qec', `stty cols 120 rows 40; ${command}`, '/dev/null'], {
      env: { ...process.env, XDG_CONFIG_HOME: home, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.shown += text;
    });
    t.after(() => this.#process.kill('SIGKILL'));
  }

  /** What is shown without the movements of the cursor. */
  get text(): string {
    // eslint-disable-next-line no-control-regex
    return this.shown.replace(/\x1b\[\d*[A-Z]/g, '');
  }

  async says(pattern: RegExp): Promise<void> {
    const late = AbortSignal.timeout(60_000);
    while (!pattern.test(this.text)) await once(this.#process.stdout, 'data', { signal: late });
  }

  type(keys: string): void {
    this.#process.stdin.write(keys);
  }

  async end(): Promise<string> {
    await once(this.#process, 'close');
    return this.text;
  }
}
