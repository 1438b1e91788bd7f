/** A field of a record schema. */
export interface FieldSchema {
  readonly name: string;
  readonly type: unknown;
  readonly default?: null;
}

/**
 * Fields written as `name:type`, blank-separated; a `?` behind the type makes it `["null", type]`. A type that is not Avro's own is looked
 * up in `named`.
 */
export function fieldList(text: string, named: Readonly<Record<string, unknown>> = {}): FieldSchema[] {
  return text
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [name = '', spelled = ''] = word.split(':');
      const optional = spelled.endsWith('?');
      const plain = optional ? spelled.slice(0, -1) : spelled;
      const type = named[plain] ?? plain;
      return optional ? { name, type: ['null', type], default: null } : { name, type };
    });
}

/** A record schema. */
export function record(name: string, fields: readonly FieldSchema[]): Record<string, unknown> {
  return { type: 'record', name, fields };
}

/** An array, or null. */
export function optionalArray(items: unknown): unknown {
  return ['null', { type: 'array', items }];
}
