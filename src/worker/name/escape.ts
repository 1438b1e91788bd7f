import { createHash } from 'node:crypto';

/** Most file systems take names of 255 bytes; the rest is room for an extension and for temporaries. */
const MAX_NAME_BYTES = 200;
/** Of a name that a template puts together. */
const MAX_JOINED_BYTES = 240;
const HASH_DIGITS = 16;

/** Names that Windows gives to devices, with or without an extension. */
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const UNSAFE =
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f/\\:*?"<>|%\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * A text from a message as one name of a file or folder. What a message says never leaves its folder: separators,
 * control characters and what file systems reserve are percent-escaped, byte by byte of their UTF-8; a name that is too long is cut
 * and ends in `~` and a hash of the whole. Different texts have different names.
 */
export function escapeName(text: string): string {
  if (text === '') return '%';
  // Every unit gives a byte at least, so what is behind these is cut off in any case; escaping megabytes would take all day.
  if (text.length > MAX_NAME_BYTES)
    return cut(escapeReserved(escapeDots(text.slice(0, MAX_NAME_BYTES + 1).replace(UNSAFE, percent))), text);
  let name = escapeDots(text.replace(UNSAFE, percent));
  name = escapeReserved(name);
  return Buffer.byteLength(name) > MAX_NAME_BYTES ? cut(name, text) : name;
}

/** `.` and `..` are folders, and Windows drops dots and blanks at the end. */
function escapeDots(name: string): string {
  return /^\.+$/.test(name) ? name.replace(/\./g, percent) : name.replace(/[. ]$/, percent);
}

/**
 * Like {@link escapeName}, for a file system that takes `A` and `a` (and `é` in its two spellings) for one name: a hash of the
 * exact text is added. Plain names without capitals need none, because every other that could be taken for them has one.
 */
export function escapeNameIgnoringCase(text: string): string {
  const name = escapeName(text);
  return /^[\u0020-@[-~]*$/.test(text) ? name : cut(name, text);
}

/** Folders of the client itself, beside those that are named after topics or by messages. */
const OWN_FOLDERS = /^(?:_(?:dead-letter|journal|redone)|\.antares-owners)$/i;
const TEMPORARIES = /(?<=^|\/)\.(?=antares-)/gi;
/** How the client names records, segments and temporaries. */
const CLIENT_NAMES = /(?<=^|\/)(?=\d{20}\.|\.antares-)./gi;

/** Whether a folder below the output folder is the client's own, so no topic's and no message's. */
export function isOwnFolder(name: string): boolean {
  return OWN_FOLDERS.test(name);
}

/**
 * The first name of a path: no message may write among what the client keeps there. Of topics, for whose folders see `topicFolder`, earlier versions
 * escaped it for segments alone, so who reads those of letters and journals does it.
 */
export function escapeOwnFolder(name: string): string {
  return isOwnFolder(name) ? percent(name.charAt(0)) + name.slice(1) : name;
}

/** The names of a path that are like those of the client's temporaries, which are swept. */
export function escapeTemporaries(path: string): string {
  return path.replace(TEMPORARIES, percent);
}

/** The names of a path that are like those of any of the client's own files. */
export function escapeClientNames(path: string): string {
  return path.replace(CLIENT_NAMES, percent);
}

/** A name that Windows keeps for a device gets its first letter escaped. */
export function escapeReserved(name: string): string {
  return RESERVED.test(name) ? percent(name.charAt(0)) + name.slice(1) : name;
}

/** A name put together of parts that are escaped already: it may have become too long. The suffix stays. */
export function cutJoined(name: string, suffix: string): string {
  return (Buffer.byteLength(name + suffix) > MAX_JOINED_BYTES ? cut(name, name) : name) + suffix;
}

function percent(character: string): string {
  const unit = character.charCodeAt(0);
  // Half of a surrogate pair has no UTF-8; its three bytes are what UTF-8's rule would give.
  const bytes =
    unit >= 0xd800 && unit <= 0xdfff
      ? [0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]
      : Buffer.from(character);
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

function cut(name: string, text: string): string {
  // As UTF-16, because UTF-8 would take all halves of surrogate pairs for the same.
  const hash = createHash('sha256').update(text, 'utf16le').digest('hex').slice(0, HASH_DIGITS);
  let short = Buffer.from(name)
    .subarray(0, MAX_NAME_BYTES - HASH_DIGITS - 1)
    .toString();
  // The cut may have gone through a character or an escape.
  short = short.replace(/\ufffd+$/, '').replace(/%[0-9A-F]?$/, '');
  return `${short}~${hash}`;
}
