import type { ErrorCode } from '../errors.ts';
import type { BrokerError } from './consumer.ts';

/** What an error of librdkafka means for the client. */
export interface Classified {
  readonly kind:
    | 'configuration'
    | 'fatal'
    | 'authentication'
    | 'authorization'
    | 'tls'
    | 'unreachable'
    | 'unknown-topic'
    | 'transient'
    | 'ignore';
  /** What, where, and what to do. */
  readonly sentence: string;
  /** The code of the error that ends the client, if it does. */
  readonly error: ErrorCode;
}

type Kind = Classified['kind'];

const errorOf: Readonly<Record<Kind, ErrorCode>> = {
  configuration: 'CONFIG',
  fatal: 'BROKER_FATAL',
  authentication: 'BROKER_AUTHENTICATION',
  authorization: 'BROKER_AUTHORIZATION',
  tls: 'BROKER_TLS',
  unreachable: 'BROKER_UNREACHABLE',
  'unknown-topic': 'TOPIC_UNKNOWN',
  transient: 'BROKER_UNREACHABLE',
  ignore: 'BROKER_UNREACHABLE',
};

const hopeless: ReadonlySet<Kind> = new Set([
  'configuration',
  'tls',
  'authentication',
  'authorization',
  'fatal',
]);

/** Whether it is trouble that no waiting cures before anything is read: a person must change something. */
export function isHopeless(kind: Kind): boolean {
  return hopeless.has(kind);
}

/** Texts of librdkafka, the most telling first. `where` is the broker as it names it. */
const texts: readonly (readonly [RegExp, Kind, (where: string) => string])[] = [
  [
    /alert certificate expired|alert certificate revoked/i,
    'tls',
    (where) =>
      `${where} no longer takes the client's certificate, which has expired or was revoked: have a new one made, and give it with --ssl-certificate and --ssl-key.`,
  ],
  [
    /alert (bad certificate|certificate required|unknown ca|unsupported certificate|certificate unknown)|client SSL authentication might be required/i,
    'tls',
    (where) =>
      `${where} wants a certificate of its clients, signed by an authority that it knows: give one with --ssl-certificate and --ssl-key.`,
  ],
  [
    /Failed to retrieve OIDC token.*\((400|401|403)\)$/i,
    'authentication',
    () =>
      'The token server does not take the client: check --sasl-oauth-client-id, the client secret and --sasl-oauth-scope.',
  ],
  [
    /Failed to retrieve (OIDC|JWT) token/i,
    'unreachable',
    () =>
      'The token server gives no token: is it up, and is --sasl-oauth-token-url the whole address of its token endpoint?',
  ],
  [
    /SASL authentication error.*invalid_token/i,
    'authentication',
    (where) =>
      `${where} does not take the token: check that --sasl-oauth-token-url is the server that this broker trusts, and --sasl-oauth-scope.`,
  ],
  [
    /Static consumer fenced by other consumer/i,
    'fatal',
    () =>
      'Another process has taken the place of this one in the group: it has the same group.instance.id. Give each its own.',
  ],
  // Its log line holds the reason; the event that follows only says that it was fatal.
  [/^Fatal error: /i, 'fatal', () => 'librdkafka cannot go on; start again.'],
  [
    /certificate verify failed|unable to get local issuer certificate|self.signed certificate|Failed to verify broker certificate/i,
    'tls',
    (where) =>
      `The certificate of ${where} cannot be verified: the CA file does not hold the authority that signed it. Give the right file with --ssl-ca-location.`,
  ],
  [
    /hostname mismatch|IP address mismatch/i,
    'tls',
    (where) => `The certificate of ${where} is for another host: check --host or --bootstrap-servers.`,
  ],
  [
    /certificate has expired|certificate is not yet valid/i,
    'tls',
    (where) =>
      `The certificate of ${where} is not valid today; check the date of this machine, or tell the broker's operator.`,
  ],
  [
    /ssl\.ca\.location failed|No such file or directory.*ssl|error:.*PEM/i,
    'tls',
    () => 'The CA file cannot be read as PEM: check --ssl-ca-location.',
  ],
  [
    /Disconnected.*SSL|SSL handshake failed|ssl3_get_record|wrong version number|Disconnected while requesting ApiVersion/i,
    'tls',
    (where) =>
      `${where} does not speak what was asked for: check --security-protocol (TLS or not) and the port.`,
  ],
  // Before what is said of credentials: these were not even looked at.
  [
    /Request not valid in current SASL state/i,
    'authentication',
    (where) => `${where} takes no logins: check the port, or leave the credentials away.`,
  ],
  [
    /Unsupported SASL mechanism|SASL.*mechanism.*not (supported|enabled)|mechanism handshake failed/i,
    'authentication',
    (where) => `${where} does not offer this way to log in: check --sasl-mechanism.`,
  ],
  [
    /SASL authentication (error|failed)|Authentication failed|SASL.*(failed|rejected)|Local: Authentication failure|invalid credentials/i,
    'authentication',
    (where) =>
      `${where} does not take the credentials: check --api-key, the secret, and --sasl-mechanism (brokers with SCRAM want SCRAM-SHA-512).`,
  ],
  [
    /^authentication failure$/i,
    'transient',
    () => 'The broker, or the server that gives its tokens, does not take what the client shows.',
  ],
  [
    /Topic authorization failed/i,
    'authorization',
    () => 'This user may not read the topic: ask the operator for read access, or check the topic’s name.',
  ],
  [
    /Group authorization failed/i,
    'authorization',
    () =>
      'This user may not use the group: give another one with --group; some brokers want it to begin with the user name.',
  ],
  [
    /Cluster authorization failed/i,
    'authorization',
    () => 'This user may not use the cluster: ask its operator.',
  ],
  [
    /Message size too large|Invalid response size/i,
    'transient',
    () =>
      'A message is larger than the client takes at once: raise -X receive.message.max.bytes above it (100000000 unless set), and try with antares-client doctor.',
  ],
  [
    /Unknown topic or partition|Unknown topic$/i,
    'unknown-topic',
    () => 'A topic does not exist, or this user may not see it; it is waited for.',
  ],
  [
    /Failed to resolve|Name or service not known|Temporary failure in name resolution|Host resolution failure/i,
    'unreachable',
    (where) => `The name of ${where} is not known: check --host or --bootstrap-servers, and the network.`,
  ],
  [
    /Connection refused|Connect to .* failed|Connection setup timed out|timed out|No route to host|Network is unreachable/i,
    'unreachable',
    (where) => `${where} cannot be reached: is it up, and is its port right?`,
  ],
];

/** librdkafka's codes where the text says nothing. */
const codes: ReadonlyMap<number, Kind> = new Map([
  [-150, 'fatal'],
  [-169, 'authentication'],
  [-181, 'tls'],
  [-187, 'ignore'],
  [-195, 'ignore'],
  [-191, 'ignore'],
  [-185, 'ignore'],
  [-193, 'unreachable'],
  [3, 'unknown-topic'],
  [-188, 'unknown-topic'],
  [29, 'authorization'],
  [30, 'authorization'],
  [31, 'authorization'],
  [58, 'authentication'],
  [82, 'fatal'],
]);

/** All that is to be said where librdkafka gives no reason. */
export const NO_REASON_GIVEN = 'No broker can be reached: are they up, and are host and port right?';

/** Only that something is wrong; a line with the reason comes too. */
const EMPTY_TALK =
  /all broker connections are down|broker transport failure|brokers? (are|is) down|^(ERROR|FAIL): \[thrd:[^\]]*\]: \d+\/\d+ brokers are down/i;

/** What is heard of a broker that hangs up; once connected it comes of restarts and idle connections. */
const HUNG_UP = /connection closed by peer: receive 0 after POLLIN/i;

/**
 * Says of any error of librdkafka what it means, from its text and its code. Total: what it does not know passes, is told and
 * is tried again.
 */
export function classify(
  error: Pick<BrokerError, 'code' | 'message'>,
  phase: 'connecting' | 'connected',
): Classified {
  const { code, message } = error;
  const where = whereOf(message);
  // Without the address: `sasl_ssl://` in it says nothing about what failed.
  const text = tidy(message);
  for (const [pattern, kind, sentence] of texts) {
    if (pattern.test(text)) return { kind, sentence: `${sentence(where)} (${text})`, error: errorOf[kind] };
  }
  if (phase === 'connecting' && HUNG_UP.test(text)) {
    return {
      kind: 'unreachable',
      sentence: `${where} closes the connection as soon as it is asked; so does a broker that wants a login or TLS: try --security-protocol sasl_plaintext, sasl_ssl or ssl. (${text})`,
      error: errorOf.unreachable,
    };
  }
  const byCode = codes.get(code);
  if (byCode === 'ignore' || EMPTY_TALK.test(message)) {
    // While connecting it may be all there is.
    const kind = phase === 'connecting' && code === -195 ? 'unreachable' : 'ignore';
    return {
      kind,
      sentence: NO_REASON_GIVEN,
      error: errorOf[kind],
    };
  }
  const kind = byCode ?? 'transient';
  return { kind, sentence: `The broker connection reports: ${text}.`, error: errorOf[kind] };
}

/** Says what is wrong where librdkafka makes no client, which it tells of a CA file, too. */
export function classifySettings(message: string): Classified {
  const known = classify({ code: 0, message }, 'connecting');
  if (known.kind !== 'transient') return known;
  return {
    kind: 'configuration',
    sentence: `librdkafka cannot work with its settings: look at what is given with -X. (${tidy(message)})`,
    error: errorOf.configuration,
  };
}

/** `[thrd:sasl_ssl://kafka.example.org:9092/bootstrap]` → `kafka.example.org:9092` */
function whereOf(message: string): string {
  return /(?:thrd:|: )(?:\w+:\/\/)?((?:[\w.-]+|\[[\da-f:.]+\]):\d+)\//i.exec(message)?.[1] ?? 'the broker';
}

const MAX_TEXT_LENGTH = 500;

/** Without librdkafka's thread names and repetitions; it may hold what a server answered. */
function tidy(message: string): string {
  return (
    message
      .slice(0, MAX_TEXT_LENGTH)
      // eslint-disable-next-line no-control-regex -- control characters are what is to go
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
      .replace(/^[A-Z]+: /, '')
      .replace(/\[thrd:\S*\]: /g, '')
      .replace(/^\S+:\d+\/\w+: /, '')
      .replace(/ \(after \d+ms in state (?:[^()]|\(s\))*\)/, '')
      .replace(/\.$/, '')
      .trim()
  );
}
