import * as v from 'valibot';
import { didYouMean } from '../did-you-mean.ts';
import { ClientError } from '../errors.ts';
import { configKey, flagList } from '../flags.ts';
import { listOf, oneOf, text } from '../option-values.ts';
import type { AlertStreamOptions } from './options.ts';

/** The command has the same option, and its check is the one there is. */
const asTheCommand = v.unknown();

/** Valibot's own words for what is wrong would quote what was given, a password perhaps. */
function fits(kind: v.GenericSchema, what: string): v.GenericSchema {
  return v.custom((given) => v.is(kind, given), what);
}

/** A list has names too, 0 and 1, which librdkafka is not told of. */
function byName(kind: v.GenericSchema): v.GenericSchema {
  return v.pipe(
    v.custom((given) => !Array.isArray(given)),
    v.record(v.string(), kind),
  );
}

/** Every option of a stream. What is wrong with one ends up behind "must be …". */
const kinds: Readonly<Record<keyof AlertStreamOptions, v.GenericSchema>> = {
  topics: fits(v.array(v.string()), 'a list of names'),
  profile: asTheCommand,
  bootstrapServers: asTheCommand,
  apiKey: asTheCommand,
  apiSecret: asTheCommand,
  securityProtocol: asTheCommand,
  saslMechanism: asTheCommand,
  sslCaLocation: asTheCommand,
  sslCertificate: asTheCommand,
  sslKey: asTheCommand,
  sslKeyPassword: asTheCommand,
  saslOauthTokenUrl: asTheCommand,
  saslOauthClientId: asTheCommand,
  saslOauthClientSecret: asTheCommand,
  saslOauthScope: asTheCommand,
  group: asTheCommand,
  groupProtocol: asTheCommand,
  startAt: asTheCommand,
  stopAt: asTheCommand,
  untilEnd: asTheCommand,
  partitions: fits(v.array(v.number()), 'a list of numbers'),
  replay: asTheCommand,
  onGap: asTheCommand,
  where: asTheCommand,
  cone: listOf('RA,DEC,RADIUS, or a list of such'),
  fields: fits(v.array(v.string()), 'a list of paths'),
  stamps: oneOf('keep', 'drop'),
  format: text,
  decoders: fits(byName(v.function()), 'functions by name'),
  schemaRegistry: asTheCommand,
  schemaRegistryAuth: asTheCommand,
  schemaDir: asTheCommand,
  onError: oneOf('stop', 'skip'),
  batchSize: asTheCommand,
  maxInFlightBytes: asTheCommand,
  properties: fits(byName(v.string()), 'texts by name'),
  signal: v.instance(AbortSignal, 'an AbortSignal'),
};

/** For callers whose compiler did not look. @throws ClientError CONFIG naming the option. */
export function checkKinds(options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new ClientError('CONFIG', 'A stream must be given an object with its options.');
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !Object.hasOwn(kinds, name)) throw noOption(name);
  }
  for (const [name, kind] of Object.entries(kinds)) {
    const value = given[name];
    if (value === undefined && name !== 'topics') continue;
    const parsed = v.safeParse(kind, value);
    if (parsed.success) continue;
    // A text in the place of librdkafka's properties may hold a password.
    const shown = typeof value === 'string' && name !== 'properties' ? ` ${value}` : '';
    throw new ClientError(
      'CONFIG',
      `${name}${shown} cannot be used: it must be ${parsed.issues[0].message}.`,
    );
  }
}

/** A sentence about options of the command, with their names in a stream. */
export function inNamesOfOptions(sentence: string): string {
  return sentence.replace(/--([a-z]+(?:-[a-z]+)*)/g, (flag, name: string) => {
    const option = configKey(name);
    return Object.hasOwn(kinds, option) ? option : flag;
  });
}

function noOption(name: string): ClientError {
  const isCommands = flagList.some(([flag]) => configKey(flag) === name);
  return new ClientError(
    'CONFIG',
    isCommands
      ? `${name} is an option of the command: a stream has none of that name.`
      : `There is no option ${name}${didYouMean(name, Object.keys(kinds))}`,
  );
}
