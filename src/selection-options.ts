import { ClientError } from './errors.ts';
import { CONE_FORM, parseCone } from './worker/select/cone.ts';
import { compileExpression, ExpressionError } from './worker/select/expression.ts';

/** Which alerts are kept, and what of them: as the user wrote it, checked. */
export interface SelectOptions {
  readonly where: string | null;
  readonly cones: readonly string[];
  /** Dotted paths; null: all fields. */
  readonly fields: readonly string[] | null;
  readonly stamps: 'keep' | 'drop';
}

/** @throws ClientError CONFIG, with a caret under the place where an expression is wrong. */
export function selectOptions(given: {
  readonly where: string | null;
  readonly cones: readonly string[];
  readonly fields: string | null;
  readonly stamps: SelectOptions['stamps'];
}): SelectOptions {
  if (given.where !== null) checkExpression(given.where);
  for (const cone of given.cones) {
    if (parseCone(cone) === null)
      throw new ClientError('CONFIG', `--cone ${cone} cannot be used: it must be ${CONE_FORM}.`);
  }
  return { ...given, fields: given.fields === null ? null : fieldPaths(given.fields) };
}

function checkExpression(text: string): void {
  try {
    compileExpression(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    // On one line, so that the caret stands under its place.
    const line = text.replaceAll(/\s/g, ' ');
    throw new ClientError(
      'CONFIG',
      `--where cannot be used: ${error.message}.\n  ${line}\n  ${' '.repeat(error.index)}^`,
    );
  }
}

function fieldPaths(text: string): string[] {
  const paths = text.split(',').map((path) => path.trim());
  if (paths.some((path) => !/^[^.]+(\.[^.]+)*$/.test(path)))
    throw new ClientError(
      'CONFIG',
      `--fields ${text} cannot be used: it must be fields with commas between, such as candid,candidate.ra,candidate.dec.`,
    );
  return paths;
}
