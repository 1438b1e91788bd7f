const BYTES_A_LINE = 16;

/** Bytes as people look at them: the place, sixteen bytes, and what of them is printable ASCII. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    const part = [...bytes.subarray(at, at + BYTES_A_LINE)];
    const codes = part.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(6, '0')}  ${codes.padEnd(3 * BYTES_A_LINE - 1)}  ${text}`);
  }
  return lines.join('\n');
}
