import { resolve } from 'node:path';
import { ClientError } from '../errors.ts';
import type { FlagName, FlagValue } from '../flags.ts';
import type { Given } from './given.ts';

export interface OutputConfig {
  readonly dir: string | null;
  /** `--output-dir -`: alerts go to standard output, one a line. */
  readonly toPipe: boolean;
  /** What names an alert. */
  readonly pathTemplate: string;
  /** Template of the folders of segments' files; null: one file at a time, in the partition's folder. */
  readonly layout: string | null;
  readonly indent: number;
  readonly nonFinite: 'auto' | 'null' | 'literal';
  readonly durability: 'none' | 'disk';
  readonly form: FlagValue<'output'>;
  /** How segments are cut; not for one file an alert. */
  readonly segments: {
    readonly compress: FlagValue<'compress'>;
    readonly bytes: number;
    readonly alerts: number;
    readonly ageMs: number;
  };
  /** Processes of other groups may write there too. */
  readonly share: boolean;
}

/** `--output-dir` of standard output. */
const PIPE = '-';

/** @throws ClientError CONFIG naming what does not fit the output. */
export function outputConfig(given: Given): OutputConfig {
  const form = given.value('output');
  const where = given.optional('output-dir');
  const toPipe = where === PIPE;
  const dir = where === null || toPipe ? null : resolve(where);
  if (toPipe) checkPipe(form, given.explicit);
  else checkForm(form, dir, given.explicit);
  return {
    dir,
    toPipe,
    ...namesOf(given.value('path'), form, given.explicit),
    indent: given.value('indent'),
    nonFinite: given.value('non-finite'),
    durability: given.value('durability'),
    form: toPipe ? 'ndjson' : form,
    segments: {
      compress: given.value('compress'),
      bytes: given.value('segment-bytes'),
      alerts: given.value('segment-alerts'),
      ageMs: given.value('segment-age'),
    },
    share: given.value('share-output-dir'),
  };
}

/** The same, going nowhere: for a dry run. */
export function withoutPlace(output: OutputConfig): OutputConfig {
  return { ...output, dir: null, toPipe: false };
}

/** With segments `--path` is a folder, so that an alert in it is named by its id. */
function namesOf(
  path: string,
  form: FlagValue<'output'>,
  given: ReadonlySet<string>,
): Pick<OutputConfig, 'pathTemplate' | 'layout'> {
  const layout = form !== 'json' && given.has('path') ? path : null;
  return { layout, pathTemplate: layout === null ? path : `${layout}/{alert_id}` };
}

/** Options that are about files. */
const aboutFiles: readonly FlagName[] = [
  'compress',
  'segment-bytes',
  'segment-alerts',
  'segment-age',
  'path',
  'indent',
  'durability',
  'share-output-dir',
];

/** @throws ClientError CONFIG naming what standard output does not take. */
function checkPipe(form: FlagValue<'output'>, given: ReadonlySet<string>): void {
  if (form !== 'json' && form !== 'ndjson')
    throw new ClientError(
      'CONFIG',
      `--output ${form} needs a folder as --output-dir: standard output takes alerts as JSON, one a line.`,
    );
  const wrong = aboutFiles.find((name) => given.has(name));
  if (wrong !== undefined)
    throw new ClientError(
      'CONFIG',
      `--${wrong} is about files and has no meaning with --output-dir -; leave one of them away.`,
    );
}

/** Options that say nothing for an output form; a user who gives one expects something that would not happen. */
const unfit: Readonly<Record<FlagValue<'output'>, readonly FlagName[]>> = {
  json: ['compress', 'segment-bytes', 'segment-alerts', 'segment-age'],
  ndjson: ['indent'],
  avro: ['indent', 'non-finite'],
  parquet: ['indent', 'non-finite', 'compress'],
  raw: [
    'path',
    'indent',
    'compress',
    'non-finite',
    'format',
    'process',
    'process-command',
    'fields',
    'stamps',
  ],
};

/** @throws ClientError CONFIG naming both options. */
function checkForm(form: FlagValue<'output'>, dir: string | null, given: ReadonlySet<string>): void {
  if (form !== 'json' && dir === null)
    throw new ClientError('CONFIG', `--output ${form} needs --output-dir, where segments are kept.`);
  // Raw messages are read by a filter alone.
  const isRead = given.has('where') || given.has('cone');
  const wrong = unfit[form].find((name) => given.has(name) && !(name === 'format' && isRead));
  if (wrong !== undefined)
    throw new ClientError(
      'CONFIG',
      `--${wrong} has no meaning with --output ${form}; leave one of them away.`,
    );
}
