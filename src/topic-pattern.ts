/** What brokers and librdkafka read as JavaScript does: everything else is refused, or put another way. */
const CLASSES: Readonly<Record<string, string>> = { d: '0-9', w: 'A-Za-z0-9_', s: ' \t' };
/** Of one sign each: an escape, the beginning of a group with `?`, a lazy quantifier, a bracket, or anything else. */
const TOKENS = /\\([\s\S])|\(\?(.?)|([*+?}])\?|(\[\^?)|(\])|[\s\S]/g;

/**
 * A topic pattern as librdkafka's own matcher (POSIX) and the broker's (RE2/J, with `--group-protocol consumer`) both read it.
 *
 * @returns null, and what of it neither knows.
 */
export function plainPattern(pattern: string): { readonly plain: string } | { readonly unknown: string } {
  let plain = '';
  let inBrackets = false;
  for (const [token, escaped, group, lazy, open, close] of pattern.matchAll(TOKENS)) {
    if (escaped !== undefined) {
      const known = CLASSES[escaped];
      if (known !== undefined) plain += inBrackets ? known : `[${known}]`;
      else if (/[A-Za-z0-9]/.test(escaped) || (inBrackets && /[\]\\^-]/.test(escaped)))
        return { unknown: token };
      else plain += inBrackets ? escaped : token;
    } else if (!inBrackets && group !== undefined) {
      if (group !== ':') return { unknown: token };
      plain += '(';
    } else if (!inBrackets && lazy !== undefined) {
      return { unknown: token };
    } else {
      if (!inBrackets && open !== undefined) inBrackets = true;
      else if (close !== undefined) inBrackets = false;
      plain += token;
    }
  }
  return { plain };
}

/** The broker's matcher wants the whole name; a pattern that says nothing of the rest means any. */
export function wholeName(pattern: string): string {
  return `^.*(${pattern}).*`;
}
