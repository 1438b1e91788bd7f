type Library = typeof import('@bokuweb/zstd-wasm');

let loading: Promise<Library> | null = null;

/** zstd as WebAssembly, for a Node.js without it. Made ready once: a second time it would change under the hands of who uses it. */
export function loadZstd(): Promise<Library> {
  loading ??= import('@bokuweb/zstd-wasm').then(async (library) => {
    await library.init();
    return library;
  });
  return loading;
}
