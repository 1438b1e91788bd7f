import yargs, { type CommandModule } from 'yargs';
import { type Flag, type FlagName, flagList, flags, sourcesNote } from '../flags.ts';
import { wordsOf as valuesOf } from '../option-values.ts';

/** One option, as a shell and the manual want to know it. */
export interface OptionWords {
  readonly name: string;
  /** One-letter names. */
  readonly letters: readonly string[];
  readonly describe: string;
  readonly takesValue: boolean;
  /** The values that there are; none: any. */
  readonly values: readonly string[];
  /** Its default and its variable, as help has them; empty: neither. */
  readonly sources: string;
}

/** A subcommand with its options. */
export interface CommandWords {
  readonly name: string;
  readonly describe: string;
  readonly options: readonly OptionWords[];
}

/** Everything that can be typed. */
export interface Words {
  readonly options: readonly OptionWords[];
  readonly commands: readonly CommandWords[];
}

const common: readonly OptionWords[] = [
  { name: 'help', letters: ['h'], describe: 'This help', takesValue: false, values: [], sources: '' },
  { name: 'version', letters: [], describe: 'The version', takesValue: false, values: [], sources: '' },
];

/** The words of the command and its subcommands, from the tables that the parser has them from. */
export function collectWords(commands: readonly CommandModule<object, never>[]): Words {
  return {
    options: [...flagList.map(([name, flag]) => wordsOf(name, flag)), ...common],
    commands: commands.map((command) => ({
      name: String(command.command).split(' ', 1)[0] ?? '',
      describe: command.describe === undefined || command.describe === false ? '' : command.describe,
      options: [...ownOptions(command), ...common],
    })),
  };
}

function wordsOf(name: string, flag: Flag): OptionWords {
  const { alias = [], describe, isSwitch, value } = flag;
  return {
    name,
    letters: alias.filter((each) => each.length === 1),
    describe,
    takesValue: isSwitch !== true,
    values: valuesOf(value),
    sources: sourcesNote(flag),
  };
}

/** What yargs knows of the options that a subcommand declares. */
interface Declared {
  readonly key: Readonly<Record<string, unknown>>;
  readonly boolean: readonly string[];
}

function ownOptions({ command: usage, builder }: CommandModule<object, never>): OptionWords[] {
  if (typeof builder !== 'function') return [];
  const positional = new Set([...String(usage).matchAll(/[<[]([\w-]+)/g)].map(([, name]) => name));
  const parser = yargs().help(false).version(false);
  void builder(parser);
  const declared = (parser as unknown as { getOptions(): Declared }).getOptions();
  const descriptions = (
    parser as unknown as {
      getInternalMethods(): { getUsageInstance(): { getDescriptions(): Record<string, string> } };
    }
  )
    .getInternalMethods()
    .getUsageInstance()
    .getDescriptions();
  const aliases = new Set<string>(flagList.flatMap(([, { alias = [] }]) => alias));
  return Object.keys(declared.key)
    .filter((name) => name.length > 1 && !aliases.has(name) && !positional.has(name))
    .map((name) =>
      name in flags
        ? wordsOf(name, flags[name as FlagName])
        : {
            name,
            letters: [],
            describe: descriptions[name] ?? '',
            takesValue: !declared.boolean.includes(name),
            values: [],
            sources: '',
          },
    );
}
