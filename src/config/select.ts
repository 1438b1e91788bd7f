import { ClientError } from '../errors.ts';
import { CONE_FORM, parseCone } from '../worker/select/cone.ts';
import { compileExpression } from '../worker/select/expression.ts';
import { ExpressionError } from '../worker/select/parse.ts';
import type { Given } from './given.ts';
import type { OutputConfig } from './output.ts';

/** So many characters of an expression are shown on either side of what is wrong. */
const SHOWN_AROUND = 35;

/** Which alerts are kept, and what of them: as the user wrote it, checked. */
export interface SelectOptions {
  readonly where: string | null;
  readonly cones: readonly string[];
  /** Dotted paths; null: all fields. */
  readonly fields: readonly string[] | null;
  readonly stamps: 'keep' | 'drop' | 'extract';
}

/** @throws ClientError CONFIG, with a caret under the place where an expression is wrong. */
export function selectOptions(given: Given, { dir }: Pick<OutputConfig, 'dir'>): SelectOptions {
  const where = given.optional('where');
  const cones = given.value('cone');
  const fields = given.optional('fields');
  if (where !== null) checkExpression(given.named('where'), where);
  for (const cone of cones) {
    if (parseCone(cone) === null)
      throw new ClientError(
        'CONFIG',
        `${given.named('cone', cone)} cannot be used: it must be ${CONE_FORM}.`,
      );
  }
  const stamps = given.value('stamps');
  if (stamps === 'extract' && dir === null)
    throw new ClientError(
      'CONFIG',
      '--stamps extract writes images as files, so it needs a folder as --output-dir; or keep them in the alert, or drop them.',
    );
  return {
    where,
    cones,
    fields: fields === null ? null : fieldPaths(given.named('fields', fields), fields),
    stamps,
  };
}

function checkExpression(named: string, text: string): void {
  try {
    compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ClientError(
      'CONFIG',
      `${named} cannot be used: ${error.message}.\n${marked(text, error.index)}`,
    );
  }
}

/** What stands around a place, on one line that fits a terminal, and a caret under the place. */
function marked(text: string, index: number): string {
  const from = Math.max(0, index - SHOWN_AROUND);
  const to = index + SHOWN_AROUND;
  const before = from > 0 ? '…' : '';
  const line = `${before}${text.slice(from, to)}${to < text.length ? '…' : ''}`.replaceAll(/\s/g, ' ');
  return `  ${line}\n  ${' '.repeat(before.length + index - from)}^`;
}

function fieldPaths(named: string, text: string): string[] {
  const paths = text.split(',').map((path) => path.trim());
  if (paths.some((path) => !/^[^.]+(\.[^.]+)*$/.test(path)))
    throw new ClientError(
      'CONFIG',
      `${named} cannot be used: it must be fields with commas between, such as candid,candidate.ra,candidate.dec.`,
    );
  return paths;
}
