/**
 * How an alert stands in a form with a schema. `avro`: bytes of Avro by this schema; `values`: a tape (tape.ts), from which the
 * schema is inferred when the segment is whole. The same schema has the same object nearly always.
 */
export type DatumForm = { readonly kind: 'avro'; readonly schemaText: string } | { readonly kind: 'values' };

/** The form of alerts that come without a schema. */
export const valuesForm: DatumForm = { kind: 'values' };

/** One alert. The bytes may be the message's own. */
export interface Datum {
  readonly form: DatumForm;
  readonly bytes: Uint8Array;
}
