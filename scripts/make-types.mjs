// node scripts/make-types.mjs: makes src/alerts/ anew, the types of surveys' alerts, from the simulator's own schemas.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { antaresFields, leftOut, lsstFields, maybeNull, notAlways, ztfFields } from './alert-fields.mjs';
import { setUp } from './setup.mjs';

const root = join(import.meta.dirname, '..');
/** So many simulated alerts show every kind of value that ANTARES sends, which has no schema. */
const SHOWN_ALERTS = 300;

/** The files of src/alerts: path and text. Needs what `npm run build` makes. */
export async function alertTypes() {
  const { ztfSchema } = await import('../build/src/simulate/schemas/ztf.js');
  const { lsstSchema } = await import('../build/src/simulate/schemas/lsst.js');
  return [
    {
      path: 'antares.ts',
      content: `${HEAD}${interfaces(await antaresShapes(), antaresTexts, antaresFields)}`,
    },
    { path: 'ztf.ts', content: `${HEAD}${interfaces(shapesOf(ztfSchema, 'Ztf'), ztfTexts, ztfFields)}` },
    { path: 'lsst.ts', content: `${HEAD}${interfaces(shapesOf(lsstSchema, 'Lsst'), lsstTexts, lsstFields)}` },
  ];
}

const HEAD =
  "// Made by scripts/make-types.mjs; a test compares. The texts say in our words what the survey's own schemas say of their fields.\n";

const antaresTexts = {
  AntaresAlert:
    'An alert as ANTARES sends it. Numbers that are not there are NaN or -999, as the survey has them; a 64-bit integer of the wire is a `bigint`.',
  AntaresMeasurement:
    'One measurement: the new one, or one of the history. `ra` and `dec` are in degrees (J2000).',
  AntaresProperties:
    'What the survey measured, under its own names and in its own units (magnitudes, Julian days, degrees). Surveys and times differ, so none of it must be there.',
};
const ztfTexts = {
  ZtfAlert:
    'A ZTF alert, after version 4.02 of the schema. Units are those of the survey: magnitudes, Julian days, degrees (J2000). NaN is null.',
  ZtfCandidate: 'The measurement that made the alert.',
  ZtfPrvCandidate: 'A measurement of the last 30 days; without `magpsf` it is an upper limit, `diffmaglim`.',
  ZtfFpHist: 'Forced photometry at the place of the alert. Fluxes are in DN.',
  ZtfCutout: 'A stamp of 63 × 63 pixels: a gzipped FITS file, in base64.',
};
const lsstTexts = {
  LsstAlert:
    'A Rubin/LSST alert, after version 10.0 of the schema. Units are those of the survey: nJy, MJD (TAI), degrees (ICRS). NaN is null; stamps are FITS files in base64.',
  LsstDiaSource: 'A detection in a difference image.',
  LsstDiaForcedSource: 'Forced photometry at the place of the object.',
  LsstDiaObject: 'The object that detections were put to.',
  LsstSsSource: 'What is known of a body of the Solar System.',
};

/** Interfaces of an Avro schema: name → fields → type. */
function shapesOf(schema, prefix) {
  const shapes = new Map();
  const nameOf = (name) =>
    prefix + name[0].toUpperCase() + name.slice(1).replace(/_(.)/g, (_, c) => c.toUpperCase());
  const typeOf = (type) => {
    if (Array.isArray(type))
      return [...new Set(type.map(typeOf).join(' | ').split(' | '))].sort(nullLast).join(' | ');
    if (typeof type === 'string') return PLAIN[type] ?? nameOf(type);
    if (type.type === 'array') return `readonly ${typeOf(type.items)}[]`;
    if (type.type === 'record') {
      const fields = {};
      shapes.set(nameOf(type.name), fields);
      for (const field of type.fields) fields[field.name] = typeOf(field.type);
      return nameOf(type.name);
    }
    // Dates and times are texts.
    return type.logicalType === undefined ? typeOf(type.type) : 'string';
  };
  typeOf(schema);
  return shapes;
}

/** As real alerts are, where simulated ones are not like them. */
function asReal(shapes) {
  for (const [name, fields] of shapes) {
    const real = Object.entries(fields).map(([field, type]) => [
      notAlways[name]?.includes(field) ? `${field}?` : field,
      maybeNull[name]?.includes(field) ? `${type} | null` : type,
    ]);
    const more = Object.entries(leftOut[name] ?? {}).flatMap(([type, names]) =>
      names.map((field) => [`${field}?`, type]),
    );
    shapes.set(name, Object.fromEntries([...real, ...more]));
  }
  return shapes;
}

const nullLast = (a, b) => Number(a === 'null') - Number(b === 'null');

/** As the file of an alert shows them: NaN is null. */
const PLAIN = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'bigint',
  float: 'number | null',
  double: 'number | null',
  string: 'string',
  bytes: 'string',
};

/** BSON has no schema, so the types are those of many alerts. */
async function antaresShapes() {
  const { simulateNight } = await import('../build/src/simulate/night.js');
  const { AlertObjects } = await import('../build/src/worker/alert-objects.js');
  const { KnownSchemas } = await import('../build/src/worker/schemas.js');
  const objects = new AlertObjects({
    format: 'antares',
    schemas: new KnownSchemas(),
    selection: null,
    reduction: null,
  });
  const alerts = [...simulateNight({ survey: 'antares', seed: 1, count: SHOWN_ALERTS })].flatMap(
    ({ value }) =>
      [
        ...objects.read({
          topic: '',
          partition: 0,
          offset: 0,
          timestampMs: -1,
          key: null,
          headers: [],
          value,
        }),
      ].map(({ alert }) => alert),
  );
  const measurements = alerts.flatMap(({ new_alert, alert_history }) => [new_alert, ...alert_history]);
  const known = {
    new_alert: 'AntaresMeasurement',
    alert_history: 'readonly AntaresMeasurement[]',
    catalog_objects: 'Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>',
    properties: 'AntaresProperties',
  };
  return new Map([
    ['AntaresAlert', seen(alerts, known)],
    ['AntaresMeasurement', seen(measurements, known)],
    [
      'AntaresProperties',
      seen(
        measurements.map(({ properties }) => properties),
        known,
        '?',
      ),
    ],
  ]);
}

/** Field → type, of all that was seen. */
function seen(objects, known, mark = '') {
  const types = new Map();
  for (const object of objects)
    for (const [name, value] of Object.entries(object)) {
      const type = known[name] ?? (value === null ? 'null' : typeof value);
      types.set(name, (types.get(name) ?? new Set()).add(type));
    }
  return Object.fromEntries(
    [...types].map(([name, all]) => {
      // Python's BSON takes 64 bits only where a number needs them.
      if (all.has('bigint')) all.add('number');
      return [name + mark, [...all].sort(nullLast).join(' | ')];
    }),
  );
}

function interfaces(shapes, texts, fieldTexts) {
  return [...asReal(shapes)]
    .map(([name, fields]) => {
      const lines = Object.entries(fields).map(([field, type]) => {
        const plain = field.replace(/\?$/, '');
        const text = fieldTexts[`${name}.${plain}`] ?? fieldTexts[plain];
        if (text === undefined) throw new Error(`${name}.${field} has no text.`);
        return `  /** ${text} */\n  readonly ${field}: ${type};\n`;
      });
      return `\n${docComment(texts[name])}export interface ${name} {\n${lines.join('')}}\n`;
    })
    .join('');
}

function docComment(text) {
  if (text === undefined) throw new Error('An interface has no text.');
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > 130) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) === '' ? '' : ' ') + word;
  }
  return lines.length === 1
    ? `/** ${text} */\n`
    : `/**\n${lines.map((line) => ` * ${line}\n`).join('')} */\n`;
}

if (process.argv[1] === import.meta.filename) {
  setUp();
  mkdirSync(join(root, 'src', 'alerts'), { recursive: true });
  for (const { path, content } of await alertTypes())
    writeFileSync(join(root, 'src', 'alerts', path), content);
}
