// Tables that read well on a terminal and are Markdown.

/**
 * @param columns `{ title, value: (row) => text, right }`.
 * @returns lines of a Markdown table with aligned columns.
 */
export function table(columns, rows) {
  const cells = rows.map((row) => columns.map(({ value }) => String(value(row))));
  const widths = columns.map(({ title }, i) =>
    Math.max(title.length, 3, ...cells.map((line) => line[i].length)),
  );
  const pad = (text, i) => (columns[i].right ? text.padStart(widths[i]) : text.padEnd(widths[i]));
  const line = (texts) => `| ${texts.map(pad).join(' | ')} |`;
  const rule = `|${columns.map(({ right }, i) => '-'.repeat(widths[i] + 1) + (right ? ':' : '-')).join('|')}|`;
  return [line(columns.map(({ title }) => title)), rule, ...cells.map(line)].join('\n');
}

/** 1,234 or 1.23: three digits that matter. */
export function round(value) {
  if (value >= 100) return Math.round(value).toLocaleString('en-GB');
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
