import type { SchemaJson } from '../worker/decode/avro/schema.ts';

const AVRO_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The same schema with names that Avro allows; a field that had another keeps it as `originalName`. */
export function avroNames(schema: SchemaJson): SchemaJson {
  if (typeof schema === 'string') return schema;
  if (Array.isArray(schema)) return schema.map(avroNames);
  const { fields, items } = schema;
  if (schema.type === 'array') return { ...schema, items: avroNames(items as SchemaJson) };
  if (schema.type !== 'record') return schema;
  const given = fields as { readonly name: string; readonly type: SchemaJson }[];
  const taken = new Set(given.map(({ name }) => name).filter((name) => AVRO_NAME.test(name)));
  const renamed = given.map(({ name, type }) => {
    const below = avroNames(type);
    if (AVRO_NAME.test(name)) return { name, type: below };
    const unlike = freeName(name, taken);
    taken.add(unlike);
    return { name: unlike, type: below, originalName: name };
  });
  return { ...schema, fields: renamed };
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  const plain = name.replace(/[^A-Za-z0-9_]/g, '_');
  const base = AVRO_NAME.test(plain) ? plain : `_${plain}`;
  let candidate = base;
  for (let count = 2; taken.has(candidate); count++) candidate = `${base}_${count}`;
  return candidate;
}
