import type { AvroType } from '../decode/avro/schema.ts';
import type { FieldNode } from '../encode/field-capture.ts';

/** How many of the fields a record of this type has, each once and never more; Infinity: nobody can say. */
export function availableFields(type: AvroType, fields: FieldNode): number {
  const { shape } = type;
  switch (shape?.kind) {
    case 'record': {
      let count = 0;
      for (const [name, field] of fields.children) {
        const member = shape.types[shape.names.indexOf(name)];
        if (member === undefined) continue;
        count +=
          (field.place === undefined ? 0 : 1) +
          (field.children.size > 0 ? availableFields(member, field) : 0);
      }
      return count;
    }
    case 'union': {
      const [only, ...more] = shape.branches.filter((branch) => !isNull(branch));
      return only === undefined ? 0 : more.length === 0 ? availableFields(only, fields) : Infinity;
    }
    case 'map':
    case undefined:
      return Infinity;
    default:
      return 0;
  }
}

function isNull({ shape }: AvroType): boolean {
  return shape?.kind === 'primitive' && shape.name === 'null';
}
