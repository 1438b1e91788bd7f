import { KnownSchemas } from '../worker/schemas.ts';
import { Transcoder } from '../worker/transcode.ts';
import type { Message } from '../worker/message.ts';
import { avroType } from './avro-type.ts';
import { simulateNight } from './night.ts';
import { fieldList, record } from './schemas/field-list.ts';
import { lsstSchema, lsstSchemaId } from './schemas/lsst.ts';

const SEED = 20_261_124;

/** A file of example_data. */
export interface ExampleFile {
  readonly path: string;
  readonly content: Buffer;
}

/** An alert in each format, small, as the message's value (`.wire`) and as the file that comes out (`.json`). */
export function exampleData(): ExampleFile[] {
  const schemas = new KnownSchemas();
  schemas.add(lsstSchemaId, JSON.stringify(lsstSchema));
  const transcoder = new Transcoder({
    format: 'auto',
    indent: 4,
    nonFinite: 'auto',
    fieldPaths: [],
    schemas,
  });
  const pair = (name: string, value: Buffer, key: Buffer | null = null): ExampleFile[] => {
    const message: Message = {
      topic: 'example',
      partition: 0,
      offset: 0,
      timestampMs: -1,
      key,
      headers: [],
      value,
    };
    const [alert] = transcoder.transcode(message);
    return [
      { path: `${name}.wire`, content: value },
      ...(key === null ? [] : [{ path: `${name}.key`, content: key }]),
      { path: `${name}.json`, content: Buffer.from(alert?.bytes ?? []) },
    ];
  };
  const night = (survey: 'antares' | 'ztf' | 'lsst'): Buffer => {
    const [alert] = simulateNight({ survey, seed: SEED, count: 1, stamps: false, history: 2 });
    return alert?.value ?? Buffer.alloc(0);
  };
  const fink = finkAlert();
  return [
    ...pair('antares', night('antares')),
    ...pair('ztf', night('ztf')),
    ...pair('lsst', night('lsst')),
    {
      path: `schemas/${lsstSchemaId}.json`,
      content: Buffer.from(`${JSON.stringify({ schema: JSON.stringify(lsstSchema) })}\n`),
    },
    ...pair('fink', fink.value, fink.key),
    ...pair(
      'lasair',
      Buffer.from(
        '{"objectId": "ZTF26aaaaaaa", "candid": 2648183824115010002, "ramean": 183.60280, "gmag": 18.10, "classification": "SN"}',
      ),
    ),
  ];
}

/** Fink sends a record without a header, its schema as the message's key. */
function finkAlert(): { key: Buffer; value: Buffer } {
  const schema = record(
    'alert',
    fieldList('objectId:string candid:long jd:double magpsf:float cdsxmatch:string? rf_snia_vs_nonia:double'),
  );
  const value = avroType(schema).toBuffer({
    objectId: 'ZTF26aaaaaab',
    candid: 2648183824115010003n,
    jd: 2_461_368.5,
    magpsf: 18.5,
    cdsxmatch: 'Unknown',
    rf_snia_vs_nonia: 0.75,
  });
  return { key: Buffer.from(JSON.stringify(schema)), value };
}
