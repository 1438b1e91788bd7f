import avro from 'avsc';

/** 64-bit integers as bigint: avsc's own are doubles. */
const long = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** An encoder for a schema. */
export function avroType(schema: Record<string, unknown>): avro.Type {
  return avro.Type.forSchema(schema as unknown as avro.Schema, {
    typeHook: (part: unknown) =>
      part === 'long' || (part as { type?: unknown } | null)?.type === 'long' ? long : undefined,
    wrapUnions: false,
  });
}

/** A container of one record, as ZTF sends them: header with the schema, one block, no codec. */
export function containerOf(type: avro.Type, schemaText: string, record: unknown, sync: Buffer): Buffer {
  const bytesMap = avro.Type.forSchema({ type: 'map', values: 'bytes' });
  const header = bytesMap.toBuffer({
    'avro.codec': Buffer.from('null'),
    'avro.schema': Buffer.from(schemaText),
  });
  const data = type.toBuffer(record);
  return Buffer.concat([Buffer.from('Obj\x01'), header, sync, varint(1), varint(data.length), data, sync]);
}

function varint(value: number): Buffer {
  return avro.Type.forSchema('long').toBuffer(value);
}
