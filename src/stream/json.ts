/**
 * An alert as JSON on one line, as databases take it: 64-bit integers with all their digits, what is not finite as null, dates in ISO 8601.
 *
 * @returns text with a whole float without its `.0`, as JavaScript writes it.
 */
export function alertToJson(alert: object): string {
  return textOf(alert);
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null';
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value);
    default:
      return 'null';
  }
}

function objectText(value: object): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (value instanceof Date) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${textOf(each)}`).join(',')}}`;
}
