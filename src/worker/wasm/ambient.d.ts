// The names of AssemblyScript's numbers, for the one file that both sides read.
type usize = number;
type u32 = number;

/** As much of the WebAssembly API as is used; Node 20's types do not have it. */
declare namespace WebAssembly {
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  const Module: new (bytes: Uint8Array) => Module;
  class Instance {
    readonly exports: unknown;
    constructor(module: Module, imports: Record<string, never>);
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  class RuntimeError extends Error {}
}
