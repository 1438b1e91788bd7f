/** Where copies of OpenTelemetry's API in a thread keep what an SDK has registered: one for each major version. */
const PLACE = /^opentelemetry\.js\.api\.\d+$/;
/** The API that comes with the client, as package.json has it, is 1.9: it takes what was registered by a 1.9 or later. */
const [MAJOR, LEAST_MINOR] = [1, 9];

interface Registered {
  /** Of the API that registered it. */
  readonly version?: unknown;
  readonly trace?: unknown;
}

/** Whether somebody wants traces of this thread. Asked without loading the API, so that it costs nothing where nobody does. */
export function isTracerRegistered(): boolean {
  return apiVersions().some(isUsable);
}

/** The version of the API for which a tracer is registered that can get nothing from us; null: there is none such. */
export function strangeApiVersion(): string | null {
  return isTracerRegistered() ? null : (apiVersions()[0] ?? null);
}

function apiVersions(): string[] {
  const places = Object.getOwnPropertySymbols(globalThis).filter((place) =>
    PLACE.test(place.description ?? ''),
  );
  return places
    .map((place) => (globalThis as Record<symbol, Registered | undefined>)[place])
    .filter((registered) => registered?.trace !== undefined)
    .map((registered) => String(registered?.version));
}

function isUsable(version: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  return major === MAJOR && minor !== undefined && minor >= LEAST_MINOR;
}
