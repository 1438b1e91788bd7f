import { DecodeError } from '../error.ts';
import { nobody } from '../nobody.ts';
import type { Cursor } from './cursor.ts';
import type { AvroType } from './schema.ts';

/** Passes over one value. What it holds is looked at no further than its length asks. @throws DecodeError */
export function skip({ shape, read }: AvroType, cursor: Cursor): void {
  switch (shape?.kind) {
    case 'primitive':
      skipPrimitive(shape.name, cursor);
      return;
    case 'record':
      cursor.enter();
      for (const type of shape.types) skip(type, cursor);
      cursor.leave();
      return;
    case 'enum':
      cursor.long();
      return;
    case 'fixed':
      cursor.take(shape.size);
      return;
    case 'array':
    case 'map':
      cursor.enter();
      for (let count = cursor.block(); count > 0; count = cursor.block()) {
        for (let i = 0; i < count; i++) {
          if (shape.kind === 'map') cursor.take(cursor.count());
          skip(shape.items, cursor);
        }
      }
      cursor.leave();
      return;
    case 'union': {
      const index = cursor.count();
      const branch = shape.branches[index];
      if (branch === undefined)
        throw new DecodeError('BAD_AVRO', `The union before byte ${cursor.at} has no branch ${index}.`);
      cursor.enter();
      skip(branch, cursor);
      cursor.leave();
      return;
    }
    case 'logical':
      // A time, counted; no skipped count is looked at.
      if (shape.schema['type'] === 'int' || shape.schema['type'] === 'long') cursor.long();
      else read(cursor, nobody);
      return;
    default:
      read(cursor, nobody);
  }
}

function skipPrimitive(name: string, cursor: Cursor): void {
  switch (name) {
    case 'null':
      return;
    case 'boolean':
      cursor.take(1);
      return;
    case 'float':
      cursor.take(4);
      return;
    case 'double':
      cursor.take(8);
      return;
    case 'bytes':
    case 'string':
      cursor.take(cursor.count());
      return;
    default:
      cursor.long();
  }
}
