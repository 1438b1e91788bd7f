import { createHash } from 'node:crypto';

/** Most file systems take names of 255 bytes; the rest is room for an extension and for temporaries. */
const MAX_NAME_BYTES = 200;
const HASH_DIGITS = 16;

/** Names that Windows gives to devices, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f/\\:*?"<>|%\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A text from a message as one name of a file or folder (contract, 2). What a message says never leaves its folder: separators,
 * control characters and what file systems reserve are percent-escaped; a name that is too long is cut and ends in `~`
 * and a hash of the whole.
 */
export function escapeName(text: string): string {
  let name = text.replace(UNSAFE, percent);
  // `.` and `..` are folders, and Windows drops dots and blanks at the end.
  name = /^\.+$/.test(name) ? name.replace(/\./g, percent) : name.replace(/[. ]$/, percent);
  if (RESERVED.test(name)) name = percent(name.charAt(0)) + name.slice(1);
  if (name === '') name = '%';
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? cut(name, text) : name;
}

/** Like {@link escapeName}, for a file system that takes `A` and `a` for one name. */
export function escapeNameIgnoringCase(text: string): string {
  const name = escapeName(text);
  return cut(name, text);
}

function percent(character: string): string {
  return Array.from(
    Buffer.from(character),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}

function cut(name: string, text: string): string {
  const hash = createHash('sha256').update(text, 'utf8').digest('hex').slice(0, HASH_DIGITS);
  let short = Buffer.from(name)
    .subarray(0, MAX_NAME_BYTES - HASH_DIGITS - 1)
    .toString();
  // The cut may have gone through a character or an escape.
  short = short.replace(/\ufffd+$/, '').replace(/%[0-9A-F]?$/, '');
  return `${short}~${hash}`;
}
