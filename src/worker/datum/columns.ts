import { ColumnCheck } from './column-check.ts';
import type { CheckRecord } from './data.ts';
import type { AvroType } from '../decode/avro/schema.ts';
import { DecodeError } from '../decode/error.ts';

/** In the schema of one table, unions and what is in them counted each; one with more is a mistake or an attack. */
const MAX_TYPES = 20_000;

/**
 * Whether alerts of a schema can stand in columns.
 *
 * @returns what each of them must pass.
 * @throws DecodeError NO_COLUMNS for a schema that holds itself, or is none of a record.
 */
export function checkColumns(schema: AvroType): CheckRecord {
  if (schema.shape?.kind !== 'record')
    throw new DecodeError(
      'NO_COLUMNS',
      'Only records can stand in columns, and the Avro schema is none of a record.',
    );
  let types = 0;
  const open = new Set<unknown>();
  const visit = ({ shape }: AvroType): void => {
    if (++types > MAX_TYPES)
      throw new DecodeError(
        'NO_COLUMNS',
        `The Avro schema has more than ${MAX_TYPES} types, too many for columns.`,
      );
    if (open.has(shape))
      throw new DecodeError('NO_COLUMNS', 'The Avro schema holds itself, so it has no end of columns.');
    open.add(shape);
    switch (shape?.kind) {
      case 'record':
        for (const type of shape.types) visit(type);
        break;
      case 'union':
        for (const branch of shape.branches) {
          if (branch.shape?.kind === 'union')
            throw new DecodeError(
              'NO_COLUMNS',
              'The Avro schema has a union within a union, which Avro forbids.',
            );
          visit(branch);
        }
        break;
      case 'array':
      case 'map':
        visit(shape.items);
        break;
      default:
    }
    open.delete(shape);
  };
  visit(schema);
  const records = new ColumnCheck(schema);
  return (record) => {
    records.check(record);
  };
}
