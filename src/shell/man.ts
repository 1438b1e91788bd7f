import { flags } from '../flags.ts';
import type { CommandWords, OptionWords, Words } from './words.ts';

/** Of every command. */
const common: ReadonlySet<string> = new Set(['help', 'version']);

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
    ...commands.flatMap(commandEntry),
    '.SH EXIT STATUS',
    ...[
      ['0', 'finished, or stopped by a signal after everything was saved and committed'],
      ['1', 'a failure while running'],
      ['2', 'wrong usage or configuration'],
      ['128 + signal', 'ended at once by a second signal, or a subcommand before it was done'],
    ].flatMap(([code = '', meaning = '']) => ['.TP', `.B ${escape(code)}`, text(meaning)]),
    '.SH FILES',
    text('--config names a JSON file with the same options in camelCase.'),
    text(
      '$XDG_CONFIG_HOME/antares-client/credentials/, without that variable ~/.config/antares-client/credentials/, holds what antares-client auth keeps.',
    ),
    '',
  ].join('\n');
}

/** What a command does, and its options; those that are told above by their names alone. */
function commandEntry({ name, describe, options }: CommandWords): string[] {
  const own = options.filter((each) => !(each.name in flags) && !common.has(each.name));
  const shared = options.filter((each) => each.name in flags).map((each) => `--${each.name}`);
  return [
    ...[`.SS ${escape(name)}`, text(describe)],
    ...own.flatMap(entry),
    ...(shared.length === 0 ? [] : ['.PP', text(`With these options, as above: ${shared.join(', ')}.`)]),
  ];
}

function entry({ name, letters, describe, takesValue, values, sources }: OptionWords): string[] {
  const value = takesValue ? ` ${values.length > 0 ? values.join('|') : name.toUpperCase()}` : '';
  const spelled = [...letters.map((letter) => `-${letter}`), `--${name}`].join(', ');
  return ['.TP', `.B ${escape(spelled)}${escape(value)}`, text(describe + sources)];
}

/** A line of text: a dot or an apostrophe at its beginning would be a request. */
function text(words: string): string {
  return `${/^[.']/.test(words) ? '\\&' : ''}${escape(words)}`;
}

function escape(words: string): string {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}
