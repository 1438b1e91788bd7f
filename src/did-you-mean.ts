import { closest, distance } from 'fastest-levenshtein';

/**
 * The end of a sentence about a name that does not exist: with the one that may have been meant, where one is near enough.
 *
 * @param spell how that one is written.
 */
export function didYouMean(
  given: string,
  names: readonly string[],
  spell = (name: string): string => name,
): string {
  if (names.length === 0) return '.';
  const beginsSo = names.find((name) => given.length >= 3 && name.startsWith(given));
  const name = beginsSo ?? closest(given, names);
  const most = Math.max(2, Math.floor(given.length / 2));
  return beginsSo !== undefined || distance(given, name) <= most ? `; did you mean ${spell(name)}?` : '.';
}
