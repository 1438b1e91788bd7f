import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import type { FlagName } from '../flags.ts';
import { brokerOptions, commonOptions, decodeOptions, schemaOptions } from '../option-sets.ts';
import type { ToolInput } from './session.ts';

/** What a tool is called with, and what it does. Tools are loaded when they run, for the main command needs none of them. */
interface Tool {
  readonly command: string;
  readonly describe: string;
  readonly usage: string;
  readonly options: readonly FlagName[];
  readonly more?: (command: Argv) => Argv;
  readonly run: (input: ToolInput) => Promise<void>;
}

const json = (command: Argv): Argv =>
  command.option('json', { boolean: true, describe: 'One JSON object a line instead of a table' });

const tools: readonly Tool[] = [
  {
    command: 'topics [pattern]',
    describe: 'List the topics of a broker',
    usage:
      '$0 topics [PATTERN] [options]\n\nPATTERN is a regular expression that is looked for anywhere in the name. Times and the mean size of a message are those of the first and last ones.',
    options: brokerOptions,
    more: (command) =>
      json(command.positional('pattern', { type: 'string', describe: 'Only topics whose name it matches' })),
    run: async (input) => (await import('./topics.ts')).topics(input),
  },
  {
    command: 'lag',
    describe: 'How far a consumer group is behind',
    usage: '$0 lag -g GROUP [options]\n\nEvery partition of which the group has committed something.',
    options: brokerOptions,
    more: json,
    run: async (input) => (await import('./lag.ts')).lag(input),
  },
  {
    command: 'peek <topic>',
    describe: 'Show the newest alerts of a topic',
    usage: '$0 peek TOPIC [-n 3] [options]\n\nReads outside of any group and commits nothing.',
    options: [...brokerOptions, ...decodeOptions],
    more: (command) =>
      command.positional('topic', { type: 'string', describe: 'The topic' }).option('count', {
        alias: 'n',
        string: true,
        requiresArg: true,
        default: '3',
        describe: 'How many messages',
      }),
    run: async (input) => (await import('./peek.ts')).peek(input),
  },
  {
    command: 'decode <files..>',
    describe: 'Show the alerts in files as JSON',
    usage:
      '$0 decode FILE… [options]\n\nFILE is a message, an Avro container, a dead letter (.bin), or a segment (.raw, .ndjson, also .gz and .zst).',
    options: decodeOptions,
    more: (command) => command.positional('files', { type: 'string', array: true, describe: 'The files' }),
    run: async (input) => (await import('./decode.ts')).decode(input),
  },
  {
    command: 'schema <of>',
    describe: 'Show the Avro schema of a topic, a file or an id',
    usage:
      '$0 schema TOPIC|FILE|ID [options]\n\nThe schema that the newest message of the topic, or the first one of the file, was written with; or the one with this id.',
    options: [...brokerOptions, ...schemaOptions],
    more: (command) => command.positional('of', { type: 'string', describe: 'A file, an id, or a topic' }),
    run: async (input) => (await import('./schema.ts')).schema(input),
  },
  {
    command: 'replay <dir>',
    describe: 'Send raw or Avro segments to a broker again',
    usage:
      '$0 replay DIR --bootstrap-servers HOST:PORT [options]\n\nMessages keep topic, partition, key, headers and timestamp, and come at the pace at which they came. Of Avro segments each alert becomes a message, an Avro container; keys, headers, timestamps and the pace are not kept. Topics that are not there are made.',
    options: brokerOptions.filter((name) => name !== 'group'),
    more: (command) =>
      command
        .positional('dir', { type: 'string', describe: 'An output folder of --output raw or avro' })
        .option('speed', {
          string: true,
          requiresArg: true,
          default: '1',
          describe: 'So many times as fast; full: as fast as it goes',
        }),
    run: async (input) => (await import('./replay.ts')).replay(input),
  },
];

/** The subcommands that look into brokers and files. */
export function toolCommands(
  environment: Readonly<Record<string, string>>,
): readonly CommandModule<object, never>[] {
  return tools.map(({ command, describe, usage, options, more = (parser: Argv) => parser, run }) => ({
    command,
    describe,
    builder: ((parser: Argv) =>
      addOptions(more(parser.usage(usage)), [...options, ...commonOptions])) as never,
    handler: async (given: unknown) => {
      await run({ given: given as Record<string, unknown>, environment });
    },
  }));
}
