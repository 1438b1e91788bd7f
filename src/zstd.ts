type Library = typeof import('@bokuweb/zstd-wasm');

/** The fastest of zstd's usual levels: an archive that cannot keep up with the stream is none. */
const LEVEL = 1;

let loading: Promise<Library> | null = null;

/** zstd as WebAssembly. Made ready once: a second time it would change under the hands of who uses it. */
export function loadZstd(): Promise<Library> {
  loading ??= import('@bokuweb/zstd-wasm').then(async (library) => {
    await library.init();
    return library;
  });
  return loading;
}

/** Compresses bytes as one frame, into memory of its own. */
export type CompressZstd = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;

/**
 * Native where there is a build for this system, in half of the time that WebAssembly takes (bench/RESULTS.md). Node.js's own, from 22.15 on, is no
 * faster than WebAssembly: it makes a context anew each time.
 *
 * Node.js gives native memory back between two turns of the event loop only: who compresses much must let others have their turn.
 */
export async function loadZstdCompressor(): Promise<CompressZstd> {
  return (await nativeCompressor()) ?? wasmCompressor();
}

/** null: no build of it is for this system. */
export async function nativeCompressor(): Promise<CompressZstd | null> {
  try {
    const { Encoder } = await import('@toondepauw/node-zstd');
    const encoder = new Encoder(LEVEL);
    // A copy: memory that is not JavaScript's cannot be given back at once.
    return (bytes) => new Uint8Array(encoder.encodeSync(asBuffer(bytes)));
  } catch {
    return null;
  }
}

/** What every system has. */
export async function wasmCompressor(): Promise<CompressZstd> {
  const { compress } = await loadZstd();
  return (bytes) => compress(bytes, LEVEL) as Uint8Array<ArrayBuffer>;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
