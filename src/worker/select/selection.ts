import type { AvroType } from '../decode/avro/schema.ts';
import type { OpenMessage } from '../decode/decode.ts';
import type { FieldNode } from '../encode/field-capture.ts';
import { availableFields } from './available.ts';
import { type Cone, isInCone, parseCone } from './cone.ts';
import { compileExpression, type Evaluate, isTrue } from './expression.ts';
import { FieldValues } from './field-values.ts';
import { isNumber, type Value } from './value.ts';

/** Where surveys keep an alert's right ascension and declination, in degrees; the first pair that is there counts. */
const COORDINATES = [['new_alert'], ['candidate'], ['diaSource'], [], ['data', 'attributes']] as const;

/** What the user asked for, as text. */
export interface SelectionTexts {
  readonly where: string | null;
  readonly cones: readonly string[];
}

/** Decides from a few fields which alerts are wanted. */
export class Selection {
  readonly #tree: FieldNode = { place: undefined, children: new Map() };
  readonly #where: Evaluate | null;
  readonly #cones: readonly Cone[];
  readonly #coordinates: readonly (readonly [ra: number, dec: number])[];
  readonly #values: FieldValues;
  readonly #available = new WeakMap<AvroType, number>();

  private constructor({ where, cones }: SelectionTexts) {
    const expression = where === null ? null : compileExpression(where);
    const paths: (readonly string[])[] = [...(expression?.paths ?? [])];
    const placeOf = (keys: readonly string[]): number => {
      const at = paths.findIndex(
        (path) => path.length === keys.length && path.every((key, i) => key === keys[i]),
      );
      return at >= 0 ? at : paths.push(keys) - 1;
    };
    this.#where = expression?.evaluate ?? null;
    this.#cones = cones.map(parseCone).filter((cone) => cone !== null);
    this.#coordinates =
      cones.length === 0
        ? []
        : COORDINATES.map((keys) => [placeOf([...keys, 'ra']), placeOf([...keys, 'dec'])]);
    paths.forEach((path, place) => {
      let node = this.#tree;
      for (const key of path) {
        const child: FieldNode = node.children.get(key) ?? { place: undefined, children: new Map() };
        node.children.set(key, child);
        node = child;
      }
      node.place = place;
    });
    this.#values = new FieldValues(this.#tree, paths.length);
  }

  /** @returns null: every alert is wanted. @throws ExpressionError */
  static of(texts: SelectionTexts): Selection | null {
    return texts.where === null && texts.cones.length === 0 ? null : new Selection(texts);
  }

  /** For each record of a message whether it is wanted. Reads no more of it than that takes. @throws DecodeError */
  wanted(open: OpenMessage): boolean[] {
    const { documents, records } = open;
    // Only a record that is the last may be left in the middle.
    const available =
      documents?.format === 'avro' && records === 1 ? this.#availableIn(documents.schema) : Infinity;
    return Array.from({ length: records }, () =>
      this.#isWanted(
        this.#values.read((visitor) => {
          open.tellNext(visitor);
        }, available),
      ),
    );
  }

  #availableIn(schema: AvroType): number {
    let count = this.#available.get(schema);
    if (count === undefined) this.#available.set(schema, (count = availableFields(schema, this.#tree)));
    return count;
  }

  #isWanted(values: readonly Value[]): boolean {
    if (this.#where !== null && !isTrue(this.#where(values))) return false;
    if (this.#cones.length === 0) return true;
    for (const [raAt, decAt] of this.#coordinates) {
      const ra = values[raAt] ?? null;
      const dec = values[decAt] ?? null;
      if (isNumber(ra) && isNumber(dec))
        return this.#cones.some((cone) => isInCone(cone, Number(ra), Number(dec)));
    }
    return false;
  }
}
