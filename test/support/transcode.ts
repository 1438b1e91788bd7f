import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { DecodeError, type DecodeErrorCode } from '../../src/worker/decode/error.ts';
import type { Message } from '../../src/worker/message.ts';
import { KnownSchemas } from '../../src/worker/schemas.ts';
import { Transcoder, type TranscoderOptions } from '../../src/worker/transcode.ts';
import { messageOf } from './samples.ts';

/** A transcoder that writes compact JSON and captures nothing, unless told otherwise. */
export function transcoder(options: Partial<TranscoderOptions> = {}): Transcoder {
  return new Transcoder({
    format: 'auto',
    indent: 0,
    nonFinite: 'auto',
    fieldPaths: [],
    schemas: new KnownSchemas(),
    ...options,
  });
}

/** The files of a message's alerts, as texts. */
export function jsonOf(
  value: Uint8Array | string,
  options: Partial<TranscoderOptions> = {},
  rest: Partial<Message> = {},
): string[] {
  const message = messageOf(typeof value === 'string' ? Buffer.from(value) : value, rest);
  return Array.from(transcoder(options).transcode(message), ({ bytes }) => Buffer.from(bytes).toString());
}

/** Asserts that a message is bad, with this code and a sentence for a person. */
export function assertBad(code: DecodeErrorCode, decode: () => unknown, text = /^[A-Z0-9].*\.$/s): void {
  assert.throws(decode, (error: unknown) => {
    assert.ok(error instanceof DecodeError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, text);
    return true;
  });
}

/** Why tests against Python are skipped; false: there is one. */
export const skipPython: string | false = hasPython() ? false : 'no python3 to compare with';

/** What a Python expression over `given` prints for a JSON value. */
export function python(expression: string, given: unknown): string {
  return execFileSync(
    'python3',
    ['-c', `import json, sys\ngiven = json.load(sys.stdin)\nsys.stdout.write(${expression})`],
    { input: JSON.stringify(given), encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
}

function hasPython(): boolean {
  try {
    execFileSync('python3', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    return false;
  }
}
