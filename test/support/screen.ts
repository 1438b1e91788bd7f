const ESCAPE = '\u001b';
/** A sequence, some text, or a character that moves. */
const PIECE = new RegExp(`${ESCAPE}\\[\\??([\\d;]*)([A-Za-z])|[^${ESCAPE}\\r\\n]+|[\\r\\n${ESCAPE}]`, 'g');

/**
 * What a terminal shows after it was sent something: enough of one for a block of lines that is drawn again and again. It knows no
 * width; lines do not wrap.
 *
 * @throws Error at a sequence that it does not know.
 */
export function screenAfter(sent: string): string[] {
  const lines: string[] = [''];
  let [row, column] = [0, 0];
  const put = (text: string): void => {
    const line = (lines[row] ?? '').padEnd(column);
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length);
    column += text.length;
  };
  for (const [part, count = '', command] of sent.matchAll(PIECE)) {
    const times = count === '' ? 1 : Number(count.split(';')[0]);
    switch (command ?? part) {
      case '\r':
        column = 0;
        break;
      case '\n':
        row += 1;
        while (lines.length <= row) lines.push('');
        break;
      case 'A':
        row = Math.max(0, row - times);
        break;
      case 'B':
        row = Math.min(lines.length - 1, row + times);
        break;
      case 'G':
        column = times - 1;
        break;
      case 'K':
        lines[row] = count === '2' ? '' : (lines[row] ?? '').slice(0, column);
        break;
      case 'J':
        lines.length = row + 1;
        lines[row] = (lines[row] ?? '').slice(0, column);
        break;
      case 'm':
      case 'h':
      case 'l':
        break;
      default:
        if (command !== undefined || part === ESCAPE)
          throw new Error(`unknown sequence ${JSON.stringify(part)}`);
        put(part);
    }
  }
  return lines.map((line) => line.trimEnd());
}
