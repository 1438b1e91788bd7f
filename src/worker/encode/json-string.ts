const BACKSLASH = 0x5c;

const shortEscapes = new Map([
  [0x22, '\\"'],
  [0x5c, '\\\\'],
  [0x0a, '\\n'],
  [0x0d, '\\r'],
  [0x09, '\\t'],
  [0x0c, '\\f'],
  [0x08, '\\b'],
]);

/** Whether a text can stand in quotes as it is. Python escapes all but printable ASCII. */
export function isPlain(text: string): boolean {
  return !/[^ !#-[\]-~]/.test(text);
}

/** The same text in memory of its own: a slice of a long text keeps the long one alive. */
export function ownCopy(text: string): string {
  const encoding = isPlain(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

function escape(unit: number): string {
  return shortEscapes.get(unit) ?? `\\u${unit.toString(16).padStart(4, '0')}`;
}

const HEX = Buffer.from('0123456789abcdef', 'latin1');

/** Writes the escape of a UTF-16 unit and says where it ends. */
export function writeEscape(unit: number, out: Buffer, start: number): number {
  let at = start;
  const short = shortEscapes.get(unit);
  out[at++] = BACKSLASH;
  if (short !== undefined) {
    out[at++] = short.charCodeAt(1);
    return at;
  }
  out[at++] = 0x75;
  for (let shift = 12; shift >= 0; shift -= 4) out[at++] = HEX[(unit >> shift) & 15] as number;
  return at;
}

/** How many characters a text has when its escapes are written. */
export function escapedLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit < 0x7f && unit !== 0x22 && unit !== BACKSLASH) continue;
    length += shortEscapes.has(unit) ? 1 : 5;
  }
  return length;
}

/** A text in quotes; for short ones. */
export function quoted(text: string): string {
  if (isPlain(text)) return `"${text}"`;
  let out = '"';
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += isPlain(text.charAt(i)) ? text.charAt(i) : escape(unit);
  }
  return `${out}"`;
}
