import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CommandLine } from './arguments.ts';
import type { LoginStore } from './auth/login-store.ts';
import { storedLogin, type Way } from './auth/stored-login.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { ClientError, messageOf } from './errors.ts';
import { configKey, type Flag, flagList, type FlagName, flags, type FlagValue } from './flags.ts';
import { noCredentials, readCredentials } from './credentials.ts';
import { areLoopback } from './loopback.ts';
import { type SelectOptions, selectOptions } from './selection-options.ts';
import type { StartAt } from './place.ts';
import { profileNamed } from './profiles/known.ts';
import { optionsOf, type Profile } from './profiles/profile.ts';
import { groupFor } from './profiles/group-rule.ts';
import { isSecretProperty, rememberSecret } from './secrets.ts';

/** The cluster that ANTARES runs today, and the prefix of its topics. */
export const antares = { host: 'kafka.antares.noirlab.edu', port: 9092, topicPrefix: 'client.' } as const;

/** Everything the client was told, checked. Nothing later looks at the command line or the environment. */
export interface Config {
  readonly topics: {
    /** As Kafka knows them; patterns begin with `^`. */
    readonly kafkaNames: readonly string[];
    /** What Kafka's names begin with and folders do not. */
    readonly prefix: string;
    /** `--partitions`; null: those that the group gives us. */
    readonly partitions: readonly number[] | null;
  };
  readonly broker: {
    readonly bootstrapServers: string;
    /** The built-in ANTARES address. */
    readonly isAntares: boolean;
    readonly securityProtocol: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
    readonly saslMechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512' | 'OAUTHBEARER';
    readonly username: string | null;
    readonly password: string | null;
    /** Set with OAUTHBEARER, and only then. */
    readonly oauth: {
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scope: string | null;
    } | null;
    /** What the client shows to brokers that want a certificate of it. Paths of PEM files. */
    readonly clientCertificate: {
      readonly certificate: string;
      readonly key: string;
      readonly keyPassword: string | null;
    } | null;
    readonly caLocation: string | null;
    readonly group: string;
    readonly groupProtocol: 'classic' | 'consumer';
    readonly startAt: StartAt;
    /** The group's offsets are neither looked at nor committed. */
    readonly replay: boolean;
    /** librdkafka properties from `-X`. */
    readonly properties: Readonly<Record<string, string>>;
    readonly unsafe: boolean;
  };
  readonly output: {
    readonly dir: string | null;
    /** `--output-dir -`: alerts go to standard output, one a line. */
    readonly toPipe: boolean;
    /** What names an alert. */
    readonly pathTemplate: string;
    /** Template of the folders of segments' files; null: one file at a time, in the partition's folder. */
    readonly layout: string | null;
    readonly indent: number;
    readonly nonFinite: 'auto' | 'null' | 'literal';
    readonly durability: 'none' | 'disk';
    readonly form: FlagValue<'output'>;
    /** How segments are cut; not for one file an alert. */
    readonly segments: {
      readonly compress: FlagValue<'compress'>;
      readonly bytes: number;
      readonly alerts: number;
      readonly ageMs: number;
    };
    /** Processes of other groups may write there too. */
    readonly share: boolean;
  };
  readonly select: SelectOptions;
  readonly decode: {
    readonly format: FlagValue<'format'>;
    readonly registry: string | null;
    readonly registryAuth: string | null;
    readonly registryCa: string | null;
    readonly schemaDir: string | null;
    readonly schemaCache: string | null;
  };
  readonly read: {
    readonly batchSize: number;
    readonly batchBytes: number;
    readonly batchTimeoutMs: number;
    readonly maxInFlightBytes: number;
  };
  readonly pool: {
    readonly workers: number;
    readonly processFile: string | null;
    readonly processCommand: string | null;
    readonly processTimeoutMs: number;
  };
  readonly errors: {
    readonly onError: 'dead-letter' | 'skip' | 'stop';
    readonly maxErrors: number;
    readonly onGap: 'continue' | 'stop';
    readonly onUnknownSchema: 'hold' | 'dead-letter';
  };
  readonly stop: {
    readonly limit: number | null;
    readonly untilEnd: boolean;
    /** `--stop-at`, milliseconds since 1970. */
    readonly stopAtMs: number | null;
    readonly connectTimeoutMs: number | null;
    readonly shutdownTimeoutMs: number;
    readonly stallTimeoutMs: number;
  };
  /** Where metrics are served; null: nowhere. */
  readonly metrics: FlagValue<'metrics'> | null;
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn';
    readonly format: 'pretty' | 'json';
  };
  /** What the user should be told once, before anything else. */
  readonly warnings: readonly string[];
}

/** Where the options come from. */
export interface ConfigSources {
  readonly commandLine: CommandLine;
  /** Options that the environment gave, by option name. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isTerminal: boolean;
  /** False for commands that can do without topics. */
  readonly needsTopics?: false;
  /** False for commands that ask no broker: how to reach one, and who the user is there, is not looked at. */
  readonly needsBroker?: false;
  /** The user's logins, the last that are asked; without them none is read. */
  readonly logins?: LoginStore | null;
}

/** The options' values by name. */
export type Values = { readonly [N in FlagName]: FlagValue<N> | undefined };

/** An option that was given, and by whom. */
export interface GivenOption {
  readonly name: FlagName;
  /** Such as `--group`, `ANTARES_KAFKA_API_KEY`, or `group in FILE`. */
  readonly where: string;
  /** Its text; a secret's is not shown. */
  readonly shown: string;
}

/**
 * Puts the options together: a flag comes before the environment, that before the file, that before a stored login, that before
 * the profile, that before the default.
 *
 * @throws ClientError CONFIG naming key, value and what is allowed.
 */
export function resolveConfig(sources: ConfigSources): Config {
  const { commandLine } = sources;
  const warnings: string[] = [];
  const gathered = gather(sources, (text) => warnings.push(text));
  const { file, profile, fromProfile, explicit } = gathered;
  const values: Record<string, unknown> = {};
  for (const [name, flag] of flagList) {
    values[name] = firstGiven(flag, [
      ...givenBy(name, flag, gathered),
      [`${configKey(name)} of the profile ${profile?.name ?? ''}`, fromProfile[configKey(name)]],
    ]);
  }
  for (const [name, flag] of flagList) {
    if (flag.secret === true && commandLine.given[name] !== undefined) {
      const orFile = `${name}-file` in flags ? ` or --${name}-file` : '';
      warnings.push(
        `--${name} was given as a flag: ps showed it until now, and the shell's history keeps it. Better: ${flag.env ?? 'the environment'}${orFile}.`,
      );
    }
  }
  const topics = commandLine.topics.length > 0 ? commandLine.topics : file.topics;
  return freeze(assemble(values as unknown as Values, topics, sources, warnings, explicit, profile));
}

/** Which options were given at all, and where. @throws ClientError CONFIG where the configuration file cannot be read. */
export function givenOptions(sources: ConfigSources): GivenOption[] {
  const gathered = gather(sources, () => undefined);
  return flagList.flatMap(([name, flag]) => {
    const found = givenBy(name, flag, gathered).find(([, value]) => value !== undefined);
    if (found === undefined) return [];
    const [where, value] = found;
    // A list may hold a password as one of its pairs.
    const shown = flag.secret === true || !isScalar(value) ? '[not shown]' : String(value);
    return [{ name, where, shown }];
  });
}

/** The way that these flags lead, without a look at the rest. @throws ClientError CONFIG */
export function wayTo(given: CommandLine['given']): Way {
  const sources = { commandLine: { topics: [], given }, environment: {}, isTerminal: false };
  return gather(sources, () => undefined).way;
}

/** What everybody gave, not yet checked. */
interface Gathered {
  readonly commandLine: CommandLine;
  readonly environment: ConfigSources['environment'];
  readonly file: ConfigFile;
  readonly stored: Readonly<Record<string, string>>;
  readonly profile: NamedProfile | null;
  /** By the keys of a configuration file. */
  readonly fromProfile: Readonly<Record<string, string>>;
  /** Options that the user gave, and not the store or the profile. */
  readonly explicit: ReadonlySet<string>;
  readonly way: Way;
}

function gather(sources: ConfigSources, warn: (text: string) => void): Gathered {
  const { commandLine, environment, logins = null } = sources;
  const warnings: string[] = [];
  const file = readConfigFile(commandLine.given['config'], warnings);
  for (const text of warnings) warn(text);
  const given = (name: FlagName): unknown =>
    commandLine.given[name] ?? environment[name] ?? file.options[name];
  const profile = chooseProfile(given('profile'), file);
  const explicit = new Set(flagList.flatMap(([name]) => (given(name) === undefined ? [] : [name])));
  const fromProfile = profile === null ? {} : profileOptions(profile, explicit, given('sasl-mechanism'));
  const way = wayOf(profile, (name) => given(name) ?? fromProfile[configKey(name)]);
  const { options: stored, environment: rest } = storedLogin(
    way,
    { flags: commandLine.given, environment, file: file.options },
    logins,
    warn,
  );
  return { commandLine, environment: rest, file, stored, profile, fromProfile, explicit, way };
}

function wayOf(profile: NamedProfile | null, given: (name: FlagName) => unknown): Way {
  const text = (name: FlagName): string | null => {
    const value = given(name);
    return isScalar(value) ? String(value) : null;
  };
  const servers = serversOf(text('bootstrap-servers'), text('host'), text('port'));
  return {
    profile: profile?.name ?? (isAntaresAddress(servers) ? 'antares' : null),
    servers,
    kind: text('sasl-mechanism') === 'OAUTHBEARER' ? 'oauth' : 'password',
    tokenUrl: text('sasl-oauth-token-url'),
    takesLogin: (text('security-protocol') ?? 'sasl').startsWith('sasl'),
  };
}

/** Who may give an option, the first of them first. */
function givenBy(
  name: FlagName,
  flag: Flag,
  { commandLine, environment, file, stored, way }: Gathered,
): (readonly [where: string, value: unknown])[] {
  return [
    [`--${name}`, commandLine.given[name]],
    [flag.env ?? '', environment[name]],
    [`${configKey(name)} in ${String(commandLine.given['config'])}`, file.options[name]],
    [`stored for ${way.profile ?? ''}`, stored[name]],
  ];
}

function assemble(
  given: Values,
  topics: readonly string[],
  sources: ConfigSources,
  warnings: string[],
  explicit: ReadonlySet<string>,
  profile: NamedProfile | null,
): Config {
  const value = <N extends FlagName>(name: N): FlagValue<N> => given[name] as FlagValue<N>;
  const optional = <N extends FlagName>(name: N): FlagValue<N> | null => given[name] ?? null;
  const file = (name: 'ssl-ca-location' | 'schema-registry-ca' | 'process' | 'schema-dir'): string | null => {
    const path = given[name];
    if (path === undefined) return null;
    if (!existsSync(path)) throw new ClientError('CONFIG', `--${name} ${path} does not exist.`);
    return resolve(path);
  };
  const words = splitTopics(topics, sources.needsTopics ?? true);
  const ofBroker = brokerOf(given, sources.needsBroker ?? true, warnings);
  const group = groupFor(
    profile,
    profile?.name ?? '',
    ofBroker.username,
    explicit.has('group') ? value('group') : null,
    value('group'),
  );
  const broker = { ...ofBroker, group };
  checkWebAddresses(given);
  const toPipe = given['output-dir'] === PIPE;
  const dir = given['output-dir'] === undefined || toPipe ? null : resolve(given['output-dir']);
  const onError = given['on-error'] ?? (dir === null ? 'stop' : 'dead-letter');
  if (onError === 'dead-letter' && dir === null) {
    throw new ClientError(
      'CONFIG',
      '--on-error dead-letter needs a folder as --output-dir, where dead letters are kept; or say skip or stop.',
    );
  }
  if (value('verbose') && value('quiet'))
    throw new ClientError('CONFIG', '--verbose and --quiet exclude each other.');
  if (given.process !== undefined && given['process-command'] !== undefined)
    throw new ClientError('CONFIG', '--process and --process-command exclude each other.');
  if (['avro', 'parquet'].includes(value('output')) && given.process?.endsWith('.py') === true)
    throw new ClientError(
      'CONFIG',
      `--process with a Python file does not go with --output ${value('output')} yet; take a JavaScript module, or --output ndjson.`,
    );
  if (value('until-end') && given['stop-at'] !== undefined)
    throw new ClientError('CONFIG', '--until-end and --stop-at exclude each other: both say where to stop.');
  if (toPipe) checkPipe(value('output'), explicit);
  else checkForm(value('output'), dir, explicit);
  return {
    topics: {
      ...topicsOf(words, profile?.topicPrefix ?? (broker.isAntares ? antares.topicPrefix : '')),
      partitions: optional('partitions'),
    },
    broker: { ...broker, caLocation: file('ssl-ca-location') },
    output: {
      dir,
      toPipe,
      ...namesOf(value('path'), value('output'), explicit),
      indent: value('indent'),
      nonFinite: value('non-finite'),
      durability: value('durability'),
      form: value('output'),
      segments: {
        compress: value('compress'),
        bytes: value('segment-bytes'),
        alerts: value('segment-alerts'),
        ageMs: value('segment-age'),
      },
      share: value('share-output-dir'),
    },
    select: selectOptions({
      where: optional('where'),
      cones: value('cone'),
      fields: optional('fields'),
      stamps: value('stamps'),
    }),
    decode: {
      format: value('format'),
      registry: optional('schema-registry'),
      registryAuth: optional('schema-registry-auth'),
      registryCa: file('schema-registry-ca'),
      schemaDir: file('schema-dir'),
      schemaCache: optional('schema-cache'),
    },
    read: {
      batchSize: value('batch-size'),
      batchBytes: value('batch-bytes'),
      batchTimeoutMs: value('batch-timeout'),
      maxInFlightBytes: value('max-in-flight-bytes'),
    },
    pool: {
      workers: value('workers'),
      processFile: file('process'),
      processCommand: optional('process-command'),
      processTimeoutMs: value('process-timeout'),
    },
    errors: {
      onError,
      maxErrors: value('max-errors'),
      onGap: value('on-gap'),
      onUnknownSchema: value('on-unknown-schema'),
    },
    stop: {
      limit: optional('limit'),
      untilEnd: value('until-end'),
      stopAtMs: optional('stop-at'),
      connectTimeoutMs: optional('connect-timeout'),
      shutdownTimeoutMs: value('shutdown-timeout'),
      stallTimeoutMs: value('stall-timeout'),
    },
    metrics: optional('metrics'),
    log: {
      level: value('verbose') ? 'debug' : value('quiet') ? 'warn' : 'info',
      format: given['log-format'] ?? (sources.isTerminal ? 'pretty' : 'json'),
    },
    warnings,
  };
}

/** Options that say nothing for an output form; a user who gives one expects something that would not happen. */
const unfit: Readonly<Record<FlagValue<'output'>, readonly FlagName[]>> = {
  json: ['compress', 'segment-bytes', 'segment-alerts', 'segment-age'],
  ndjson: ['indent'],
  // Less of an alert has another schema, which nobody derives yet; nor is what a process answers read by one.
  avro: ['indent', 'non-finite', 'fields', 'stamps', 'process-command'],
  parquet: ['indent', 'non-finite', 'compress', 'fields', 'stamps', 'process-command'],
  raw: [
    'path',
    'indent',
    'compress',
    'non-finite',
    'format',
    'process',
    'process-command',
    'fields',
    'stamps',
  ],
};

/** `--output-dir` of standard output. */
const PIPE = '-';

/** Options that are about files. */
const aboutFiles: readonly FlagName[] = [
  'compress',
  'segment-bytes',
  'segment-alerts',
  'segment-age',
  'path',
  'indent',
  'durability',
  'share-output-dir',
];

/** @throws ClientError CONFIG naming what standard output does not take. */
function checkPipe(form: FlagValue<'output'>, given: ReadonlySet<string>): void {
  if (form !== 'json' && form !== 'ndjson')
    throw new ClientError(
      'CONFIG',
      `--output ${form} needs a folder as --output-dir: standard output takes alerts as JSON, one a line.`,
    );
  const wrong = aboutFiles.find((name) => given.has(name));
  if (wrong !== undefined)
    throw new ClientError(
      'CONFIG',
      `--${wrong} is about files and has no meaning with --output-dir -; leave one of them away.`,
    );
}

/** With segments `--path` is a folder, so that an alert in it is named by its id. */
function namesOf(
  path: string,
  form: FlagValue<'output'>,
  given: ReadonlySet<string>,
): Pick<Config['output'], 'pathTemplate' | 'layout'> {
  const layout = form !== 'json' && given.has('path') ? path : null;
  return { layout, pathTemplate: layout === null ? path : `${layout}/{alert_id}` };
}

/** @throws ClientError CONFIG naming both options. */
function checkForm(form: FlagValue<'output'>, dir: string | null, given: ReadonlySet<string>): void {
  if (form !== 'json' && dir === null)
    throw new ClientError('CONFIG', `--output ${form} needs --output-dir, where segments are kept.`);
  const wrong = unfit[form].find((name) => given.has(name));
  if (wrong !== undefined)
    throw new ClientError(
      'CONFIG',
      `--${wrong} has no meaning with --output ${form}; leave one of them away.`,
    );
}

/** Passwords have their own options, which are not shown; and they go out only where nobody listens in. */
function checkWebAddresses(given: Values): void {
  rememberSecret(given['schema-registry-auth']?.replace(/^[^:]*:/, ''));
  for (const name of ['schema-registry', 'sasl-oauth-token-url'] as const) {
    const { username = '', password = '' } = given[name] === undefined ? {} : new URL(given[name]);
    if (username === '' && password === '') continue;
    const instead =
      name === 'schema-registry'
        ? 'SCHEMA_REGISTRY_AUTH'
        : '--sasl-oauth-client-id and SASL_OAUTH_CLIENT_SECRET';
    throw new ClientError('CONFIG', `--${name} must not hold a user or a password: use ${instead}.`);
  }
  const registry = given['schema-registry'] === undefined ? null : new URL(given['schema-registry']);
  const open = registry?.protocol === 'http:' && !areLoopback(registry.host);
  if (open && given['schema-registry-auth'] !== undefined && given.unsafe !== true) {
    throw new ClientError(
      'CONFIG',
      `With http:// the registry's password would go over the network in the clear to ${registry.host}; give an https:// address as --schema-registry, or --unsafe.`,
    );
  }
}

function brokerOf(
  given: Values,
  isNeeded: boolean,
  warnings: string[],
): Omit<Config['broker'], 'caLocation'> {
  const { host, port } = given;
  const servers = given['bootstrap-servers'];
  if (isNeeded && servers !== undefined && (host !== undefined || port !== undefined)) {
    throw new ClientError('CONFIG', '--bootstrap-servers says it all; leave --host and --port away.');
  }
  const bootstrapServers = serversOf(servers, host, port);
  const isAntares = isAntaresAddress(bootstrapServers);
  return {
    bootstrapServers,
    isAntares,
    ...(isNeeded ? readCredentials(given, isAntares, (warning) => warnings.push(warning)) : noCredentials),
    group: given.group as string,
    groupProtocol: given['group-protocol'] ?? 'classic',
    startAt: given['start-at'] ?? { kind: 'earliest' },
    replay: given.replay ?? false,
    properties: propertiesOf(given.property ?? [], warnings),
    unsafe: given.unsafe ?? false,
  };
}

function serversOf(servers?: string | null, host?: string | null, port?: string | number | null): string {
  return servers ?? `${host ?? antares.host}:${port ?? antares.port}`;
}

function isAntaresAddress(servers: string): boolean {
  return servers === `${antares.host}:${antares.port}`;
}

/** `-X KEY=VALUE`, exactly one a time. */
function propertiesOf(pairs: readonly string[], warnings: string[]): Record<string, string> {
  const properties: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new ClientError('CONFIG', `-X ${pair} is not KEY=VALUE, such as -X fetch.min.bytes=1000.`);
    const key = pair.slice(0, at).trim();
    const value = pair.slice(at + 1);
    if (isSecretProperty(key)) {
      rememberSecret(value);
      warnings.push(
        `-X ${key} holds a secret: ps shows a flag until the client has started, and the shell's history keeps it.`,
      );
    }
    properties[key] = value;
  }
  return properties;
}

function splitTopics(given: readonly string[], needed: boolean): string[] {
  // A pattern may hold commas: `^ztf_\d{1,3}`.
  const topics = given
    .flatMap((word) => (word.startsWith('^') ? [word] : word.split(',')))
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');
  if (topics.length > 0 || !needed) return topics;
  throw new ClientError(
    'CONFIG',
    'No topic was given: antares-client TOPICS… --output-dir DIR; antares-client -h explains.',
  );
}

function topicsOf(topics: readonly string[], prefix: string): Omit<Config['topics'], 'partitions'> {
  return { prefix, kafkaNames: [...new Set(topics.map((topic) => kafkaName(topic, prefix)))] };
}

function kafkaName(topic: string, prefix: string): string {
  if (!topic.startsWith('^')) {
    if (topic.length > 249 || !/^[\w.-]+$/.test(topic)) {
      throw new ClientError(
        'CONFIG',
        `${topic} is no topic name: letters, digits, ".", "_" and "-" only. A pattern begins with ^.`,
      );
    }
    return topic.startsWith(prefix) ? topic : prefix + topic;
  }
  try {
    new RegExp(topic);
  } catch (error) {
    throw new ClientError(
      'CONFIG',
      `The topic pattern ${topic} is no regular expression: ${messageOf(error)}.`,
    );
  }
  return prefix === '' ? topic : `^${prefix.replaceAll('.', '\\.')}${topic.slice(1)}`;
}

type NamedProfile = Profile & { readonly name: string };

function chooseProfile(given: unknown, { profiles }: ConfigFile): NamedProfile | null {
  if (given === undefined) return null;
  if (typeof given !== 'string')
    throw new ClientError('CONFIG', '--profile takes one name; antares-client profiles lists them.');
  const name = given;
  return { name, ...profileNamed(name, profiles) };
}

/** What a profile sets, without what makes no sense beside the user's own options. */
function profileOptions(
  profile: Profile,
  explicit: ReadonlySet<string>,
  mechanism: unknown,
): Record<string, string> {
  const {
    bootstrapServers = '',
    saslOauthTokenUrl = '',
    saslOauthScope = '',
    ...options
  } = optionsOf(profile);
  const given: Record<string, string> = { ...options };
  const hasAddress = explicit.has('host') || explicit.has('port');
  if (bootstrapServers !== '' && !hasAddress) given['bootstrapServers'] = bootstrapServers;
  const otherLogin = mechanism !== undefined && mechanism !== 'OAUTHBEARER';
  if (saslOauthTokenUrl !== '' && !otherLogin) given['saslOauthTokenUrl'] = saslOauthTokenUrl;
  if (saslOauthScope !== '' && !otherLogin) given['saslOauthScope'] = saslOauthScope;
  return given;
}

/** The first source that gives the option, parsed. */
function firstGiven(flag: Flag, sources: readonly (readonly [string, unknown])[]): unknown {
  const found = sources.find(([, value]) => value !== undefined);
  if (found === undefined) return flag.fallback;
  const [where, given] = found;
  if (Array.isArray(given) && flag.repeatable !== true) {
    throw new ClientError('CONFIG', `${where} was given ${given.length} times; once is enough.`);
  }
  const parsed = flag.value.safeParse(given);
  if (parsed.success) return parsed.data;
  // Lists and objects are not shown either: passwords may be in them.
  const shown = flag.secret !== true && isScalar(given) ? ` ${String(given)}` : '';
  const wanted = parsed.error.issues[0]?.message ?? 'something else';
  throw new ClientError('CONFIG', `${where}${shown} cannot be used: it must be ${wanted}.`);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) freeze(part as object);
  return Object.freeze(value);
}
