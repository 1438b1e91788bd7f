import type { CommandLine } from './config/gather.ts';
import yargs, { type Argv, type CommandModule } from 'yargs';
import { didYouMean } from './did-you-mean.ts';
import { ClientError } from './errors.ts';
import { type Flag, flagList, type FlagName, flags, sourcesNote, wordsNote } from './flags.ts';
import { Interrupted } from './signals.ts';
import { version } from './version.ts';

const HELP_WIDTH = 110;

/**
 * Reads the command line. Options in snake_case, as the original's users type them, are taken as the same in
 * kebab-case.
 *
 * @param argv without node and the script.
 * @param commands subcommands; one that is named runs, and the result is null.
 * @throws ClientError USAGE
 */
export async function readCommandLine(
  argv: readonly string[],
  commands: readonly CommandModule<object, never>[] = [],
): Promise<CommandLine | null> {
  const asked = { main: false };
  const usage = usageOf(argv, commands);
  const parser = buildParser(commands, usage, () => {
    asked.main = true;
  });
  const parsed = await parser.parseAsync(argv.map(toKebabCase));
  if (!asked.main) return null;
  const given: Record<string, unknown> = {};
  for (const [name] of flagList) if (parsed[name] !== undefined) given[name] = parsed[name];
  return { topics: (parsed['topics'] ?? []) as string[], given };
}

/** `--output_dir=x` → `--output-dir=x`; values and everything unknown stay as they are. */
function toKebabCase(word: string): string {
  const match = /^--([a-z][a-z_]*)(=.*)?$/s.exec(word);
  return match === null ? word : `--${(match[1] ?? '').replaceAll('_', '-')}${match[2] ?? ''}`;
}

function buildParser(
  commands: readonly CommandModule<object, never>[],
  usage: string,
  onMain: () => void,
): Argv<Record<string, unknown>> {
  let parser = yargs()
    .scriptName('antares-client')
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'boolean-negation': false,
      'dot-notation': false,
      'short-option-groups': false,
      'greedy-arrays': false,
    })
    .usage(
      '$0 TOPICS… [options]\n\nReads alerts from Kafka topics and saves each as a file. Nothing lost, nothing twice.',
    )
    .command('$0 [topics..]', false, mainOptions as never, onMain) as unknown as Argv<
    Record<string, unknown>
  >;
  for (const command of commands) parser = parser.command(command as CommandModule);
  return parser
    .help('help', 'This help')
    .alias('help', 'h')
    .version('version', 'The version', version)
    .wrap(Math.min(HELP_WIDTH, process.stdout.columns || HELP_WIDTH))
    .strictOptions()
    .strictCommands()
    .fail((message, error) => {
      if ([ClientError, Interrupted].some((known) => (error as Error | undefined) instanceof known))
        throw error;
      throw new ClientError('USAGE', explain(message || error.message, usage, optionNames(parser)));
    });
}

/** The options of the main command; a subcommand has its own. */
function mainOptions(command: Argv): Argv {
  const parser = command
    .positional('topics', {
      type: 'string',
      array: true,
      describe: 'Topics; one that begins with ^ is a regular expression',
    })
    .example('$0 extragalactic_staging -d alerts', 'Save to alerts/extragalactic_staging/')
    .example("$0 '^ztf_.*' --until-end --bootstrap-servers localhost:9092", 'All there is, then stop');
  return addOptions(
    parser,
    flagList.map(([name]) => name),
  );
}

/** Gives a command options of the one table. */
export function addOptions(command: Argv, names: readonly FlagName[]): Argv {
  let parser = command;
  for (const name of names) {
    const each: Flag = flags[name];
    parser = parser.option(name, {
      group: `${each.group}:`,
      alias: each.alias ?? [],
      describe: each.describe + wordsNote(each) + sourcesNote(each),
      requiresArg: each.isSwitch !== true,
      ...(each.isSwitch === true ? { boolean: true } : { string: true }),
      ...(each.repeatable === true ? { array: true } : {}),
    });
  }
  return parser;
}

/** How the command that is meant is called, such as `antares-client peek <topic>`; the main one has no words of its own. */
function usageOf(argv: readonly string[], commands: readonly CommandModule<object, never>[]): string {
  const first = argv.find((word) => !word.startsWith('-'));
  const usages = commands.map(({ command }) => String(command));
  return ['antares-client', ...usages.filter((usage) => usage.split(' ')[0] === first)].join(' ');
}

/** The options of the command that was being read: the main one's or a subcommand's. */
function optionNames(instance: Argv): string[] {
  const { key } = (instance as unknown as { getOptions(): { key: Record<string, unknown> } }).getOptions();
  return Object.keys(key).filter((name) => name.length > 1);
}

/** yargs's complaint, with the option that may have been meant and where to read more. */
function explain(message: string, usage: string, names: readonly string[]): string {
  // yargs takes positionals for options.
  const positionals = [...usage.matchAll(/[<[](\w+)/g)].map(([, name]) => name);
  const help = `${usage.replace(/ [<[].*/, '')} -h`;
  const unknown = /^Unknown arguments?: (.*)$/.exec(message)?.[1]?.split(', ')[0];
  // One letter is like any other.
  if (unknown?.length === 1) return `There is no option -${unknown}; ${help} lists them all.`;
  if (unknown !== undefined) {
    const options = names.filter((name) => !positionals.includes(name));
    return `There is no option --${unknown}${didYouMean(unknown, options, (name) => `--${name}`)} ${help} lists them all.`;
  }
  const surplus = /^Unknown command(s?): (.*)$/s.exec(message);
  if (surplus !== null) {
    const [, plural, words] = surplus;
    return `${words} ${plural === '' ? 'is a word' : 'are words'} too many: say ${usage}; ${help} explains.`;
  }
  const bare = /^Not enough arguments following: (.*)$/s.exec(message)?.[1];
  if (bare !== undefined)
    return `${bare.length === 1 ? '-' : '--'}${bare} wants a value behind it; ${help} explains.`;
  if (message.startsWith('Not enough non-option arguments')) return `Say ${usage}; ${help} explains.`;
  return `${message.replace(/\.$/, '')}. ${help} lists the options.`;
}
