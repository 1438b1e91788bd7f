import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import { ClientError } from '../errors.ts';
import { type Answers, forms, hooks, type Known } from './answers.ts';

const FILE = 'antares-client.json';

interface Given {
  readonly topics?: readonly string[];
  readonly profile?: string;
  readonly 'output-dir'?: string;
  readonly output?: string;
  readonly hook?: string;
  readonly config?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** `antares-client init`: a configuration file, and a hook to begin with. */
export const initCommand: CommandModule<object, never> = {
  command: 'init [topics..]',
  describe: 'Ask a few questions, and write a configuration file and a function to begin with',
  builder: ((command: Argv) =>
    addOptions(
      command
        .usage(
          `$0 init [TOPICS…] [options]\n\nWrites a configuration file (--config, else ${FILE}) and, if wanted, a function beside it that sees every alert. What is not given is asked for.`,
        )
        .positional('topics', { type: 'string', array: true, describe: 'Topics to read' })
        .option('hook', {
          string: true,
          requiresArg: true,
          describe: `The function's language [${hooks.join('|')}] [default: none]`,
        })
        .option('yes', { boolean: true, describe: 'Ask nothing; the defaults for what is not given' })
        .option('force', { boolean: true, describe: 'Write over files that are there' }),
      ['profile', 'output-dir', 'output', 'config'],
    )) as never,
  handler: async (given: unknown) => {
    const { config = FILE, yes = false, force = false, topics = [], ...rest } = given as Given;
    const known: Known = {
      topics: topics.length > 0 ? topics : undefined,
      profile: rest.profile,
      outputDir: rest['output-dir'],
      output: oneOf('output', forms, rest.output),
      hook: oneOf('hook', hooks, rest.hook),
    };
    if (!yes && !(process.stdin.isTTY && process.stdout.isTTY))
      throw new ClientError(
        'USAGE',
        'init asks its questions on a terminal, and this is none: give the answers as options, and --yes.',
      );
    // Loaded late, for the main command needs none of it.
    const { askFor, askWhetherToReplace } = await import('./ask.ts');
    const { checked, filesOf, takesLogin, write } = await import('./files.ts');
    const answers = yes ? withDefaults(known) : await askFor(known);
    checked(answers);
    const files = filesOf(config, answers);
    write(files, force || (!yes && (await askWhetherToReplace(files))));
    const login = takesLogin(answers.profile)
      ? `antares-client auth add ${answers.profile}    keeps your credentials, if the broker wants some\n`
      : '';
    process.stdout.write(
      `${files.map(({ path }) => path).join(' and ')} ${files.length > 1 ? 'are' : 'is'} written.
${login}antares-client doctor --config ${config}    tries every step of the way
antares-client --config ${config}    reads and saves\n`,
    );
  },
};

function withDefaults({ topics, profile, outputDir, output, hook }: Known): Answers {
  if (topics === undefined)
    throw new ClientError('USAGE', 'With --yes init needs the topics: antares-client init TOPICS… --yes.');
  return {
    topics,
    profile: profile ?? 'antares',
    outputDir: outputDir ?? 'alerts',
    output: output ?? 'json',
    hook: hook ?? 'none',
  };
}

function oneOf<T extends string>(
  name: string,
  choices: readonly T[],
  word: string | undefined,
): T | undefined {
  const found = choices.find((each) => each === word);
  if (found !== undefined || word === undefined) return found;
  throw new ClientError('USAGE', `--${name} ${word} cannot be used: it must be ${choices.join(', ')}.`);
}
