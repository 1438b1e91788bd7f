import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { ClientError } from '../errors.ts';

/** Something to ask for. */
export interface Question {
  readonly text: string;
  /** Nothing of the answer is shown. */
  readonly isSecret: boolean;
}

const MOST_BYTES = 65_536;

/**
 * The answers of the person at the terminal; or, where standard input is none, its lines.
 *
 * @throws ClientError USAGE where one is missing.
 */
export async function ask(questions: readonly Question[]): Promise<string[]> {
  const answers = await (process.stdin.isTTY ? askOnTerminal(questions) : readLines());
  if (answers.length === questions.length && !answers.includes('')) return answers;
  const wanted = questions.map(({ text }) => text).join(' and ');
  throw new ClientError(
    'USAGE',
    process.stdin.isTTY
      ? `Nothing was stored, for it takes the ${wanted}.`
      : `Nothing was stored: standard input must hold the ${wanted}, a line each.`,
  );
}

async function readLines(): Promise<string[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return [];
  }
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
}

/** One reader for all questions, so that lines which were pasted together are all there. Ends early with Ctrl-C and Ctrl-D. */
function askOnTerminal(questions: readonly Question[]): Promise<string[]> {
  let isHidden = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isHidden) process.stderr.write(chunk);
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const answers: string[] = [];
  return new Promise((resolve) => {
    const next = (): void => {
      const question = questions[answers.length];
      if (question === undefined) {
        terminal.close();
        return;
      }
      isHidden = false;
      terminal.setPrompt(`${question.text}${question.isSecret ? ' (not shown)' : ''}: `);
      terminal.prompt();
      isHidden = question.isSecret;
    };
    terminal.on('line', (line) => {
      if (isHidden) process.stderr.write('\n');
      answers.push(line);
      next();
    });
    terminal.on('SIGINT', () => {
      terminal.close();
    });
    terminal.on('close', () => {
      if (answers.length < questions.length) process.stderr.write('\n');
      resolve(answers);
    });
    next();
  });
}
