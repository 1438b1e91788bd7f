import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../errors.ts';
import { POWERS } from './layout.ts';
import { powersOfTen } from './powers.ts';

/** What the WebAssembly side exports; assembly/index.ts says what each does. They trap where they give a message up. */
export interface TranscoderExports {
  readonly memory: WebAssembly.Memory;
  begin(indent: number): void;
  reserve(bytes: number): void;
  bson(at: number, bytes: number, literal: number, keep: number, drop: number): void;
  beginBlock(at: number, bytes: number, emptyValues: number): void;
  avro(program: number, literal: number): void;
  again(): void;
  blockLeft(): number;
  outputStart(): number;
  outputEnd(): number;
}

/** What a thread needs once, however many transcoders it makes. */
interface Shared {
  readonly module: WebAssembly.Module;
  readonly powers: BigUint64Array;
}

let shared: Shared | { readonly why: string } | undefined;

/** Why WebAssembly cannot be used here; null: it can. A machine without SIMD, or a Node that was built without WebAssembly. */
export function whyNoWebAssembly(): string | null {
  shared ??= load();
  return 'why' in shared ? shared.why : null;
}

/**
 * A new instance with a memory of its own.
 *
 * @param indent blanks a level.
 * @returns null: see {@link whyNoWebAssembly}.
 */
export function instantiate(indent: number): TranscoderExports | null {
  shared ??= load();
  if ('why' in shared) return null;
  try {
    const exports = new WebAssembly.Instance(shared.module, {}).exports as TranscoderExports;
    exports.begin(indent);
    new BigUint64Array(exports.memory.buffer, POWERS, shared.powers.length).set(shared.powers);
    return exports;
  } catch (error) {
    // An address space that is limited has no room for its memory.
    shared = { why: messageOf(error) };
    return null;
  }
}

function load(): Shared | { readonly why: string } {
  try {
    const bytes = readFileSync(join(import.meta.dirname, 'transcoder.wasm'));
    return { module: new WebAssembly.Module(bytes), powers: powersOfTen() };
  } catch (error) {
    return { why: messageOf(error) };
  }
}
