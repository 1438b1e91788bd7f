/** A number that no double holds: its digits. */
export class ExactNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }
}

type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

/** Parses JSON. Integers beyond 2^53, which ids are, come as {@link ExactNumber} where the browser tells their text. */
export function parseExactly(text: string): unknown {
  const revive: Reviver = (_key, value, context) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
      ? new ExactNumber(context.source)
      : value;
  return JSON.parse(text, revive);
}

/** A JSON object's members; of anything else none. */
export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof ExactNumber)
    ? (value as Record<string, unknown>)
    : {};
}

/** A JSON array's items; of anything else none. */
export function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A number that says something: surveys write −999 for what is missing. */
export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > -998 ? value : null;
}
