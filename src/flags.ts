import { availableParallelism, hostname } from 'node:os';
import {
  bootstrapServers,
  duration,
  flag,
  hostName,
  integer,
  listenAddress,
  listOf,
  oneOf,
  type OptionValue,
  partitionList,
  path,
  size,
  startAt,
  stopAt,
  text,
  userAndPassword,
  webAddress,
  wordsOf,
} from './option-values.ts';

/** One option of the command: everything that the parser, the help, the README and the configuration file know of it. */
export interface Flag<T = unknown> {
  readonly group: string;
  readonly describe: string;
  readonly value: OptionValue<T>;
  /** Taken when it is given nowhere. */
  readonly fallback?: T;
  /** How help shows the fallback, where it depends on the machine. */
  readonly fallbackText?: string;
  readonly alias?: readonly string[];
  readonly env?: string;
  /** A switch: given without a value. */
  readonly isSwitch?: true;
  /** May be given several times. */
  readonly repeatable?: true;
  readonly secret?: true;
}

const define = <T>(described: Omit<Flag<T>, 'fallback'> & { fallback?: NoInfer<T> }): Flag<T> => described;

const READ = 'What to read';
const SELECT = 'Which alerts, and what of them';
const BROKER = 'Broker';
const OUTPUT = 'Output';
const DECODE = 'Formats';
const HOOK = 'Your function, and bad messages';
const SPEED = 'Speed';
const RUN = 'Running';

/** The one table of options. The keys are the names on the command line; in a configuration file they are in camelCase. */
export const flags = {
  group: define({
    group: READ,
    alias: ['g'],
    value: text,
    fallback: hostname(),
    fallbackText: 'the host name',
    describe:
      'Consumer group: the bookmark on the broker. Members of one group share the partitions (group.id)',
  }),
  'group-protocol': define({
    group: READ,
    value: oneOf('classic', 'consumer'),
    fallback: 'classic',
    describe:
      'How members share the partitions: classic, or consumer, the new protocol of Kafka 4 (KIP-848), where the broker decides and only moved partitions pause; its session time-out is set on the broker (group.protocol)',
  }),
  'start-at': define({
    group: READ,
    value: startAt,
    fallback: { kind: 'earliest' },
    fallbackText: 'earliest',
    describe:
      'Where to begin: earliest, latest (where the group has committed nothing), committed (and nowhere else); or over what it has committed: a TIME, 2h-ago, last-500',
  }),
  'stop-at': define({
    group: READ,
    value: stopAt,
    describe:
      'Stop at the first message with this timestamp or a later one, in each partition: a TIME, 2h-ago',
  }),
  partitions: define({
    group: READ,
    value: partitionList,
    describe: 'Read only these partitions of the topics, such as 0,3; they are not shared with the group',
  }),
  replay: define({
    group: READ,
    value: flag,
    isSwitch: true,
    fallback: false,
    describe: "Read from --start-at on without looking at the group's offsets, and without touching them",
  }),
  limit: define({ group: READ, value: integer(1), describe: 'Stop after exactly so many saved alerts' }),
  'until-end': define({
    group: READ,
    value: flag,
    isSwitch: true,
    fallback: false,
    describe: 'Stop when every partition has reached the end that it had at the start',
  }),
  'on-gap': define({
    group: READ,
    value: oneOf('continue', 'stop'),
    fallback: 'continue',
    describe:
      'When offsets expired on the broker before they were read: say so and go on, or end with exit code 1',
  }),

  where: define({
    group: SELECT,
    value: text,
    describe:
      'Keep only alerts for which this holds, such as "candidate.magpsf < 18 and candidate.rb >= 0.6"',
  }),
  cone: define({
    group: SELECT,
    value: listOf('RA,DEC,RADIUS'),
    repeatable: true,
    fallback: [],
    describe:
      'Keep only alerts in this cone: RA,DEC,RADIUS, such as 150.1,2.2,5arcmin or 10h00m24s,+02d12m00s,0.1deg; repeatable, and one of them is enough',
  }),
  fields: define({
    group: SELECT,
    value: text,
    describe: 'Keep only these fields of each alert, such as candid,candidate.ra,prv_candidates.jd',
    fallbackText: 'all',
  }),
  stamps: define({
    group: SELECT,
    value: oneOf('keep', 'drop', 'extract'),
    fallback: 'keep',
    describe:
      'Images in the alert (ZTF, LSST): keep them as base64, drop them, or extract them: FITS files beside the alert or its segment',
  }),

  profile: define({
    group: BROKER,
    value: text,
    describe:
      'The way to a public broker (antares-client profiles lists them), or one of your own; other options come first',
  }),
  host: define({
    group: BROKER,
    value: hostName,
    describe: 'Host name of the broker',
    fallbackText: 'kafka.antares.noirlab.edu',
  }),
  port: define({
    group: BROKER,
    value: integer(1, 65_535),
    describe: 'Port of the broker',
    fallbackText: '9092',
  }),
  'bootstrap-servers': define({
    group: BROKER,
    value: bootstrapServers,
    describe: 'HOST:PORT[,HOST:PORT…] instead of --host and --port (bootstrap.servers)',
  }),
  'api-key': define({
    group: BROKER,
    value: text,
    env: 'ANTARES_KAFKA_API_KEY',
    describe: 'API key or user name; with the secret it turns SASL_SSL on (sasl.username)',
  }),
  'api-secret': define({
    group: BROKER,
    value: text,
    env: 'ANTARES_KAFKA_API_SECRET',
    secret: true,
    describe: 'API secret or password; better from the environment or a file (sasl.password)',
  }),
  'api-secret-file': define({ group: BROKER, value: path, describe: 'File that holds the API secret' }),
  'security-protocol': define({
    group: BROKER,
    value: oneOf('plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'),
    describe: 'How to speak to the broker',
    fallbackText: 'sasl_ssl with credentials, else plaintext',
  }),
  'sasl-mechanism': define({
    group: BROKER,
    value: oneOf('PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'),
    fallback: 'PLAIN',
    describe: 'How to show the credentials',
  }),
  'ssl-ca-location': define({
    group: BROKER,
    value: path,
    env: 'SSL_CA_LOCATION',
    describe: "File of the authorities that may sign the broker's certificate (ssl.ca.location)",
    fallbackText: "the ANTARES one for ANTARES, else the system's",
  }),
  'ssl-certificate': define({
    group: BROKER,
    value: path,
    describe:
      'Your certificate as PEM, for brokers that want one of their clients (ssl.certificate.location)',
  }),
  'ssl-key': define({
    group: BROKER,
    value: path,
    describe: 'Private key of your certificate as PEM (ssl.key.location)',
  }),
  'ssl-key-password': define({
    group: BROKER,
    value: text,
    env: 'SSL_KEY_PASSWORD',
    secret: true,
    describe: 'Password of that key, if it has one (ssl.key.password)',
  }),
  'ssl-key-password-file': define({
    group: BROKER,
    value: path,
    describe: 'File that holds the password of the key',
  }),
  'sasl-oauth-token-url': define({
    group: BROKER,
    value: webAddress,
    describe: 'With OAUTHBEARER: where tokens are given for the client id and secret (OpenID Connect)',
  }),
  'sasl-oauth-client-id': define({
    group: BROKER,
    value: text,
    describe: 'Client id at the token server (sasl.oauthbearer.client.id)',
  }),
  'sasl-oauth-client-secret': define({
    group: BROKER,
    value: text,
    env: 'SASL_OAUTH_CLIENT_SECRET',
    secret: true,
    describe: 'Client secret; better from the environment or a file (sasl.oauthbearer.client.secret)',
  }),
  'sasl-oauth-client-secret-file': define({
    group: BROKER,
    value: path,
    describe: 'File that holds the client secret',
  }),
  'sasl-oauth-scope': define({
    group: BROKER,
    value: text,
    describe: 'Scope to ask for, where the token server wants one (sasl.oauthbearer.scope)',
  }),
  property: define({
    group: BROKER,
    alias: ['X'],
    value: listOf('KEY=VALUE'),
    repeatable: true,
    fallback: [],
    describe: 'Any librdkafka property as KEY=VALUE, but for those that the client owns; repeatable',
  }),
  unsafe: define({
    group: BROKER,
    value: flag,
    isSwitch: true,
    fallback: false,
    describe:
      'Allow settings that give secrets away: passwords in plain text to other hosts, switched-off certificate checks',
  }),

  'output-dir': define({
    group: OUTPUT,
    alias: ['d', 'output-directory'],
    value: path,
    describe:
      'Folder to save alerts in; -: standard output, one alert a line; without it each alert is only logged',
  }),
  output: define({
    group: OUTPUT,
    value: oneOf('json', 'ndjson', 'avro', 'parquet', 'raw'),
    fallback: 'json',
    describe:
      "json: one file an alert; ndjson: segments of many alerts, one a line; avro, parquet: segments with the alerts' schema; raw: segments of the messages as they came",
  }),
  compress: define({
    group: OUTPUT,
    value: oneOf('none', 'gzip', 'zstd'),
    fallback: 'none',
    describe: 'Compression of ndjson and avro segments; parquet is always compressed, with zstd',
  }),
  'segment-bytes': define({
    group: OUTPUT,
    value: size,
    fallback: 256_000_000,
    fallbackText: '256MB',
    describe: 'Most bytes of a segment',
  }),
  'segment-alerts': define({
    group: OUTPUT,
    value: integer(1),
    fallback: 100_000,
    describe: 'Most alerts of a segment',
  }),
  'segment-age': define({
    group: OUTPUT,
    value: duration,
    fallback: 60_000,
    fallbackText: '60s',
    describe: 'A segment is published when its first alert has waited so long',
  }),
  path: define({
    group: OUTPUT,
    value: text,
    fallback: '{topic}/{alert_id}.json',
    describe:
      "Template of an alert's path, with ndjson, avro and parquet of the folder of its segment: {topic} {alert_id} {partition} {offset} {record} {date} {night} {hash2}, or a field of the alert such as {candidate.fid} or {.publisher}",
  }),
  indent: define({
    group: OUTPUT,
    value: integer(0, 16),
    fallback: 4,
    describe: 'Blanks a level of the JSON; 0 is compact',
  }),
  'non-finite': define({
    group: OUTPUT,
    value: oneOf('auto', 'null', 'literal'),
    fallback: 'auto',
    describe:
      'NaN and infinities: null, or literal, as they are; auto: literal for ANTARES as in the original, null elsewhere',
  }),
  durability: define({
    group: OUTPUT,
    value: oneOf('none', 'disk'),
    fallback: 'disk',
    describe: 'disk: files are on the disk before their offset is committed; none: in the page cache',
  }),
  'share-output-dir': define({
    group: OUTPUT,
    value: flag,
    isSwitch: true,
    fallback: false,
    describe: 'Write to the folder even while a process of another group does',
  }),

  format: define({
    group: DECODE,
    value: oneOf('auto', 'antares', 'avro', 'confluent', 'json', 'fink', 'text', 'hop'),
    fallback: 'auto',
    describe: "Format of the messages; auto looks at each message's first bytes, hop at its header _format",
  }),
  'schema-registry': define({
    group: DECODE,
    value: webAddress,
    describe: 'Address of the schema registry for Confluent-framed messages',
  }),
  'schema-registry-auth': define({
    group: DECODE,
    value: userAndPassword,
    env: 'SCHEMA_REGISTRY_AUTH',
    secret: true,
    describe: 'USER:PASSWORD for it',
  }),
  'schema-registry-ca': define({
    group: DECODE,
    value: path,
    describe: 'File of the authorities that may sign its certificate',
  }),
  'schema-dir': define({
    group: DECODE,
    value: path,
    describe: 'Folder of schemas, ID.json or ID.avsc, instead of or before a registry',
  }),
  'schema-cache': define({
    group: DECODE,
    value: path,
    describe: 'Folder that keeps schemas from the registry',
  }),
  'on-unknown-schema': define({
    group: DECODE,
    value: oneOf('hold', 'dead-letter'),
    fallback: 'hold',
    describe: 'A schema id that nobody knows: wait with its partition, or take its messages for bad',
  }),

  process: define({
    group: HOOK,
    value: path,
    describe:
      'JavaScript module that exports processAlert(alert, context), or Python file with process_alert(alert); run on every alert before it is saved',
  }),
  'process-command': define({
    group: HOOK,
    value: text,
    describe:
      'Shell command that does the same in any language: a line of JSON in, a line out (docs/hooks.md)',
  }),
  'process-timeout': define({
    group: HOOK,
    value: duration,
    fallback: 60_000,
    fallbackText: '60s',
    describe: 'How long it may take for one alert',
  }),
  'on-error': define({
    group: HOOK,
    value: oneOf('dead-letter', 'skip', 'stop'),
    fallbackText: 'dead-letter; stop without --output-dir',
    describe: 'A message that cannot be decoded, or at which processAlert throws',
  }),
  'max-errors': define({
    group: HOOK,
    value: integer(1),
    fallback: 100,
    describe: 'So many failures of one cause in a row end the client',
  }),

  workers: define({
    group: SPEED,
    value: integer(1, 256),
    fallback: Math.max(1, availableParallelism() - 1),
    fallbackText: 'cores − 1',
    describe: 'Worker threads that decode and write',
  }),
  'batch-size': define({
    group: SPEED,
    value: integer(1, 100_000),
    fallback: 500,
    describe: 'Most messages to read at once',
  }),
  'batch-bytes': define({
    group: SPEED,
    value: size,
    fallback: 4_000_000,
    fallbackText: '4MB',
    describe: 'Most bytes to read at once',
  }),
  'batch-timeout': define({
    group: SPEED,
    value: duration,
    fallback: 50,
    fallbackText: '50ms',
    describe: 'How long a read waits for more',
  }),
  'max-in-flight-bytes': define({
    group: SPEED,
    value: size,
    fallback: 32_000_000,
    fallbackText: '32MB',
    describe: 'Most bytes read but not saved; reading waits beyond it',
  }),

  'dry-run': define({
    group: RUN,
    value: flag,
    isSwitch: true,
    fallback: false,
    describe:
      'Read from where the group is, decode, ask filters and your function, and say what would be saved: nothing is written, nothing committed, no group joined',
  }),
  'connect-timeout': define({
    group: RUN,
    value: duration,
    fallbackText: 'none',
    describe: 'Give up when no broker was reached for so long',
  }),
  'shutdown-timeout': define({
    group: RUN,
    value: duration,
    fallback: 20_000,
    fallbackText: '20s',
    describe:
      'How long a stop may take to finish what is under way; where a run ends by itself, what it has finished is written first, however long that takes',
  }),
  'stall-timeout': define({
    group: RUN,
    value: duration,
    fallback: 300_000,
    fallbackText: '5m',
    describe: 'End with exit code 1 when a partition stands still for so long with messages in work',
  }),
  metrics: define({
    group: RUN,
    value: listenAddress,
    describe:
      'Serve Prometheus metrics on [HOST:]PORT as /metrics, with /healthz and /readyz; HOST is 127.0.0.1 unless given, PORT 0 is any free one',
  }),
  web: define({
    group: RUN,
    value: listenAddress,
    describe:
      'Serve a page that shows the run on [HOST:]PORT; the log says its address, with the token that it wants; HOST and PORT as above',
  }),
  config: define({
    group: RUN,
    value: path,
    describe: 'JSON file with the same options in camelCase; flags and environment come first',
  }),
  verbose: define({
    group: RUN,
    alias: ['v'],
    value: flag,
    isSwitch: true,
    fallback: false,
    describe: 'Log every saved alert, and details',
  }),
  quiet: define({
    group: RUN,
    value: flag,
    isSwitch: true,
    fallback: false,
    describe: 'Log only warnings and errors',
  }),
  'log-format': define({
    group: RUN,
    value: oneOf('pretty', 'json'),
    fallbackText: 'pretty on a terminal, else json',
    describe: 'How the log looks',
  }),
} as const;

/** Names of the options. */
export type FlagName = keyof typeof flags;

/** The value of an option after parsing; undefined where it was given nowhere and has no fallback. */
export type FlagValue<N extends FlagName> = (typeof flags)[N] extends Flag<infer T> ? T : never;

/** Every option, uniformly typed. */
export const flagList: readonly (readonly [FlagName, Flag])[] = Object.entries(flags) as [FlagName, Flag][];

/** An option's name in a configuration file. */
export function configKey(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** What help and README say an option falls back to. */
export function fallbackText({ fallback, fallbackText: words, isSwitch }: Flag): string {
  if (words !== undefined) return words;
  if (fallback === undefined || isSwitch === true || Array.isArray(fallback)) return '';
  return typeof fallback === 'number' ? String(fallback) : (fallback as string);
}

/** The words that an option takes, for help and README, such as ` [keep|drop|extract]`; empty: it takes others too. */
export function wordsNote({ value }: Flag): string {
  const words = wordsOf(value);
  return words.length === 0 ? '' : ` [${words.join('|')}]`;
}

/** What help and manual say behind an option's words: its default, and its variable. */
export function sourcesNote(each: Flag): string {
  const fallback = fallbackText(each);
  return `${fallback === '' ? '' : ` [default: ${fallback}]`}${each.env === undefined ? '' : ` [$${each.env}]`}`;
}

/** The options as a table for the README. */
export function flagsAsMarkdown(): string {
  const groups = new Map<string, string[]>();
  for (const [name, each] of flagList) {
    const names = [
      ...(each.alias ?? []).map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`)),
      `--${name}`,
    ];
    const spelled = names
      .sort((a, b) => a.length - b.length)
      .map((spelling) => `\`${spelling}\``)
      .join(', ');
    const env = each.env === undefined ? '' : ` (\`${each.env}\`)`;
    const meaning = each.describe + wordsNote(each);
    const row = `| ${spelled}${env} | ${meaning.replaceAll('|', '\\|')} | ${fallbackText(each).replaceAll('|', '\\|')} |`;
    groups.set(each.group, [...(groups.get(each.group) ?? []), row]);
  }
  return [...groups]
    .map(([group, rows]) =>
      [`**${group}**`, '', '| option | meaning | default |', '|---|---|---|', ...rows].join('\n'),
    )
    .join('\n\n');
}
