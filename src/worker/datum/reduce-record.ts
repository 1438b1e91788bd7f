import { Growing } from '../write/segment-encoder.ts';
import type { Cursor } from '../decode/avro/cursor.ts';
import type { AvroShape, AvroType } from '../decode/avro/schema.ts';
import { skip } from '../decode/avro/skip.ts';
import { DecodeError } from '../decode/error.ts';
import type { FieldNode } from '../encode/field-capture.ts';
import { ALL, isKeptWhole, keptField, STAMP_FIELDS, type TakeStamp } from '../select/reduced.ts';
import { checker } from './checker.ts';
import { putLong, putText } from './encode.ts';

/** What becomes of the stamps at the top of a record. */
type AtTop = 'keep' | 'drop' | 'extract';

/** Makes less of Avro records, by copying the bytes of what is kept. */
export class RecordReducer {
  readonly #keep: FieldNode;
  readonly #dropStamps: boolean;
  readonly #out = new Growing();
  #takeStamp: TakeStamp | null = null;
  /** The field of a stamp that is extracted; null: another. */
  #stamp: string | null = null;

  constructor(keep: FieldNode, dropStamps: boolean) {
    this.#keep = keep;
    this.#dropStamps = dropStamps;
  }

  /**
   * One record, by the schema that reduced-schema.ts makes of its own. What is not kept is passed over.
   *
   * @param takeStamp gets the stamps' bytes; null: they stay where they are.
   * @throws DecodeError
   */
  reduce(type: AvroType, cursor: Cursor, takeStamp: TakeStamp | null): Uint8Array {
    this.#out.length = 0;
    this.#takeStamp = takeStamp;
    this.#stamp = null;
    this.#copy(type, cursor, this.#keep, this.#dropStamps ? 'drop' : takeStamp === null ? 'keep' : 'extract');
    return this.#out.take();
  }

  #copy(type: AvroType, cursor: Cursor, keep: FieldNode, atTop: AtTop): void {
    const { shape } = type;
    if (!isKeptWhole(keep) || atTop !== 'keep' || this.#stamp !== null) {
      switch (shape?.kind) {
        case 'record':
          this.#record(shape, cursor, keep, atTop);
          return;
        case 'array':
          this.#array(shape.items, cursor, keep);
          return;
        case 'map':
          this.#map(shape.items, cursor, keep);
          return;
        case 'union':
          this.#union(shape.branches, cursor, keep, atTop);
          return;
        case 'fixed':
          if (this.#takeBytes(cursor, () => shape.size)) return;
          break;
        case 'primitive':
          if (shape.name === 'bytes' && this.#takeBytes(cursor, () => cursor.count())) return;
          break;
        default:
      }
    }
    const start = cursor.at;
    type.read(cursor, checker);
    this.#out.append(cursor.bytes.subarray(start, cursor.at));
  }

  #record(
    { names, types }: Extract<AvroShape, { kind: 'record' }>,
    cursor: Cursor,
    keep: FieldNode,
    atTop: AtTop,
  ): void {
    cursor.enter();
    names.forEach((name, i) => {
      const type = types[i] as AvroType;
      const child = keptField(keep, name, atTop === 'drop');
      const isStamp = atTop === 'extract' && STAMP_FIELDS.has(name);
      if (isStamp) this.#stamp = name;
      if (child === undefined) skip(type, cursor);
      else this.#copy(type, cursor, child, 'keep');
      if (isStamp) this.#stamp = null;
    });
    cursor.leave();
  }

  /** Puts the name of its file in the place of a stamp's bytes, where there is one. */
  #takeBytes(cursor: Cursor, count: () => number): boolean {
    if (this.#stamp === null || this.#takeStamp === null) return false;
    putText(this.#out, this.#takeStamp(this.#stamp, cursor.fixed(count())));
    return true;
  }

  #array(items: AvroType, cursor: Cursor, keep: FieldNode): void {
    cursor.enter();
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      putLong(this.#out, BigInt(count));
      for (let i = 0; i < count; i++) this.#copy(items, cursor, keep, 'keep');
    }
    putLong(this.#out, 0n);
    cursor.leave();
  }

  #map(items: AvroType, cursor: Cursor, keep: FieldNode): void {
    cursor.enter();
    for (let count = cursor.block(); count > 0; count = cursor.block()) {
      for (let i = 0; i < count; i++) {
        const key = cursor.string();
        if (keptField(keep, key, false) === undefined) {
          skip(items, cursor);
          continue;
        }
        putLong(this.#out, 1n);
        putText(this.#out, key);
        this.#copy(items, cursor, ALL, 'keep');
      }
    }
    putLong(this.#out, 0n);
    cursor.leave();
  }

  #union(branches: readonly AvroType[], cursor: Cursor, keep: FieldNode, atTop: AtTop): void {
    const index = cursor.count();
    const branch = branches[index];
    if (branch === undefined)
      throw new DecodeError('BAD_AVRO', `The union before byte ${cursor.at} has no branch ${index}.`);
    putLong(this.#out, BigInt(index));
    cursor.enter();
    this.#copy(branch, cursor, keep, atTop);
    cursor.leave();
  }
}
