import type { OptionWords, Words } from './words.ts';

/** The manual page antares-client(1), in the man macros. */
export function manualPage({ options, commands }: Words, version: string): string {
  return [
    `.TH ANTARES-CLIENT 1 "" "antares-client ${version}" "User Commands"`,
    '.SH NAME',
    text('antares-client - save the alert streams of sky surveys from Apache Kafka'),
    '.SH SYNOPSIS',
    '.B antares-client',
    text('TOPICS... [options]'),
    ...commands.flatMap(({ name }) => ['.br', `.B antares-client ${escape(name)}`, text('[...]')]),
    '.SH DESCRIPTION',
    text(
      'Reads alerts from Kafka topics and saves each as a file. Nothing lost, nothing twice: an offset is committed only when everything below it is on the disk. A topic that begins with ^ is a regular expression.',
    ),
    '.SH OPTIONS',
    ...options.flatMap(entry),
    '.SH COMMANDS',
    ...commands.flatMap(({ name, describe }) => ['.TP', `.B ${escape(name)}`, text(describe)]),
    '.SH EXIT STATUS',
    ...[
      ['0', 'finished, or stopped by a signal after everything was saved and committed'],
      ['1', 'a failure while running'],
      ['2', 'wrong usage or configuration'],
      ['128 + signal', 'ended at once by a second signal, or a subcommand before it was done'],
    ].flatMap(([code = '', meaning = '']) => ['.TP', `.B ${escape(code)}`, text(meaning)]),
    '.SH FILES',
    text('--config names a JSON file with the same options in camelCase.'),
    text('~/.config/antares-client/credentials/ holds what antares-client auth keeps.'),
    '',
  ].join('\n');
}

function entry({ name, letters, describe, takesValue, values }: OptionWords): string[] {
  const value = takesValue ? ` ${values.length > 0 ? values.join('|') : name.toUpperCase()}` : '';
  const spelled = [...letters.map((letter) => `-${letter}`), `--${name}`].join(', ');
  return ['.TP', `.B ${escape(spelled)}${escape(value)}`, text(describe)];
}

/** A line of text: a dot or an apostrophe at its beginning would be a request. */
function text(words: string): string {
  return `${/^[.']/.test(words) ? '\\&' : ''}${escape(words)}`;
}

function escape(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}
