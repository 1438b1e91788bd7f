import type { SelectOptions } from '../config/select.ts';
import { didYouMean } from '../did-you-mean.ts';
import { compileExpression } from '../worker/select/expression.ts';
import { type Finding, warning } from './finding.ts';

/** A field that an option asks for. */
interface Asked {
  readonly option: '--where' | '--fields';
  readonly keys: readonly string[];
}

/**
 * Which of the fields that --where and --fields ask for an alert has not. A missing field is null and no error, so one with a slip in its name
 * filters a whole night away without a word.
 *
 * @param alert as its file shows it.
 * @param at where it stands.
 */
export function examineFields(
  { where, fields }: Pick<SelectOptions, 'where' | 'fields'>,
  alert: unknown,
  at: string,
): Finding[] {
  const asked: Asked[] = [
    ...(where === null ? [] : compileExpression(where).paths).map(
      (keys): Asked => ({ option: '--where', keys }),
    ),
    ...(fields ?? []).map((path): Asked => ({ option: '--fields', keys: path.split('.') })),
  ];
  return asked.flatMap(({ option, keys }) => {
    const names = namesInstead(alert, keys, option === '--fields');
    if (names === null) return [];
    const meant = didYouMean(keys.at(-1) ?? '', names, (name) => [...keys.slice(0, -1), name].join('.'));
    return [
      warning(
        'Fields',
        `${at} has no field ${keys.join('.')}, which ${option} asks for${meant.replace(/\.$/, '')}`,
        'see whether it is spelled as the alerts have it: a missing field is null, and no comparison with it is true',
      ),
    ];
  });
}

/**
 * The names that stand where a path's field is missing; none where nothing has names there. Null: it is there, or something above it is null, and nobody can tell.
 *
 * @param throughLists whether a list's items are looked through.
 */
function namesInstead(
  value: unknown,
  [key, ...below]: readonly string[],
  throughLists: boolean,
): readonly string[] | null {
  if (key === undefined || value === null) return null;
  if (Array.isArray(value) && throughLists) {
    const found = value.map((item) => namesInstead(item, [key, ...below], true));
    return found.includes(null) ? null : (found[0] ?? null);
  }
  if (typeof value !== 'object' || Array.isArray(value)) return [];
  if (Object.hasOwn(value, key))
    return namesInstead((value as Record<string, unknown>)[key], below, throughLists);
  return below.length === 0 ? Object.keys(value) : [];
}
