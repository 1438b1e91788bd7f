import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { testKafka } from './kafka.ts';
import { afterwards } from './after.ts';
import { projectRoot } from './samples.ts';

/** The built command. */
export const cliFile: string = join(projectRoot, 'build', 'src', 'cli.js');

/** How a client ended. */
export interface ClientEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running client. */
export class Client {
  readonly process: ChildProcess;
  readonly ended: Promise<ClientEnd>;
  #stdout = '';
  #stderr = '';

  /** @param prelude shell commands before the client takes the shell's place, such as `ulimit -n 64`. */
  constructor(args: readonly string[], env: NodeJS.ProcessEnv, prelude: readonly string[] = []) {
    const command = [process.execPath, cliFile, ...args];
    const [file = '', ...rest] =
      prelude.length === 0 ? command : ['sh', '-c', [...prelude, 'exec "$@"'].join('; '), 'sh', ...command];
    this.process = spawn(file, rest, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.ended = once(this.process, 'close').then(([code]) => ({
      code: code as number | null,
      stdout: this.#stdout,
      stderr: this.#stderr,
    }));
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until the log says something. @throws Error when the client ends or two minutes pass before. */
  async says(pattern: RegExp, timeoutMs = 120_000): Promise<void> {
    const late = AbortSignal.timeout(timeoutMs);
    while (!pattern.test(this.#stderr)) {
      if (this.process.exitCode !== null)
        throw new Error(`The client ended without saying ${String(pattern)}:\n${this.#stderr}`);
      if (late.aborted) throw new Error(`The client never said ${String(pattern)}:\n${this.#stderr}`);
      await Promise.race([
        once(this.process.stderr as NodeJS.ReadableStream, 'data', { signal: late }).catch(() => undefined),
        this.ended,
      ]);
    }
  }

  /** Waits until a file is there. @throws Error when the client ends or two minutes pass before. */
  async saved(path: string, timeoutMs = 120_000): Promise<void> {
    const lateAtMs = performance.now() + timeoutMs;
    while (!existsSync(path)) {
      if (this.process.exitCode !== null || performance.now() > lateAtMs)
        throw new Error(`The client never wrote ${path}:\n${this.#stderr}`);
      await setTimeout(10);
    }
  }
}

/** Starts the built command; it is ended with the test, however that ends. */
export function startClient(
  t: TestContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  prelude: readonly string[] = [],
): Client {
  const client = new Client(args, env, prelude);
  afterwards(t, async () => {
    if (client.process.exitCode === null && client.process.signalCode === null)
      client.process.kill('SIGKILL');
    await client.ended;
  });
  return client;
}

/** Runs the command against the tests' broker to its end. */
export function runClient(
  t: TestContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ClientEnd> {
  return startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext], env).ended;
}

/** A client that cannot get in: it ends by itself, soon, with 1 and one sentence that holds no secret. */
export async function refused(
  client: Client,
  sentence: RegExp,
  secrets: readonly string[] = Object.values(testKafka().users),
): Promise<void> {
  const { code, stderr } = await client.ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, sentence);
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
  for (const secret of [...secrets, 'wrong-secret']) assert.ok(!stderr.includes(secret), stderr);
}

/** A folder that goes away with the test. */
export function newFolder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'antares-client-test-'));
  afterwards(t, () => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

/** All files below a folder but for the journals, and the list of those who write there, by relative path, sorted. */
export function filesIn(dir: string): string[] {
  return allFilesIn(dir).filter((path) => !path.startsWith('_journal/'));
}

/** All files below a folder, by relative path, sorted. */
export function allFilesIn(dir: string): string[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1))
    .filter((path) => !path.startsWith('.antares-owners/'))
    .sort();
}

/** A file as JSON. */
export function readJsonFile(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
}

/** A JSON message: quick to make where the format does not matter. */
export function jsonAlert(candid: number | string, more: Record<string, unknown> = {}): Buffer {
  return Buffer.from(JSON.stringify({ candid, ...more }));
}
