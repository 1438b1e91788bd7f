// The listeners of the tests' broker: one for each way in, and two whose certificates are wrong on purpose.
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keystorePassword } from '../../certs/make-local-ca.mjs';

/** What tokens must say to get in. */
const AUDIENCE = 'antares-kafka';
/** Who is in must show credentials again within this time, or is cut off. */
const SESSION_MS = 4_000;

const security = 'org.apache.kafka.common.security';

/**
 * Makes the key that signs tokens, and the set of public keys that the broker believes.
 *
 * @returns the private key's file, the URL of the set, and what Java must be told to read it.
 */
export function makeTokenKey(dir) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const keyFile = join(dir, 'token.key');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'local', use: 'sig', alg: 'RS256' };
  const jwks = join(dir, 'jwks.json');
  writeFileSync(jwks, JSON.stringify({ keys: [jwk] }));
  const url = pathToFileURL(jwks).href;
  const javaOptions = [
    `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${url}`,
    `-Dorg.apache.kafka.sasl.oauthbearer.allowed.files=${jwks}`,
  ];
  return { keyFile, url, javaOptions };
}

/**
 * The lines of server.properties. The ports are those of the listeners in the order below.
 *
 * @param proxyPort where clients of the last listener are told to come; null: there is no such listener.
 */
export function listeners(controllerPort, ports, certificates, tokens, users, proxyPort) {
  const all = [
    ['PLAINTEXT', 'PLAINTEXT', []],
    ['SASL_PLAINTEXT', 'SASL_PLAINTEXT', passwords('sasl_plaintext', users)],
    ['SASL_SSL', 'SASL_SSL', [...passwords('sasl_ssl', users), ...tls('sasl_ssl', certificates.keystore)]],
    ['MUTUAL_TLS', 'SSL', [...tls('mutual_tls', certificates.keystore), ...clientsOf(certificates.ca)]],
    ['EXPIRED', 'SSL', tls('expired', certificates.expiredKeystore)],
    ['WRONG_HOST', 'SSL', tls('wrong_host', certificates.wrongHostKeystore)],
    [
      'SHORT_SESSIONS',
      'SASL_SSL',
      [...shortSessions(tokens), ...tls('short_sessions', certificates.keystore)],
    ],
    ...(proxyPort === null ? [] : [['PROXIED', 'PLAINTEXT', []]]),
  ];
  const addressesAt = (portOf) =>
    all.map(([name], index) => `${name}://localhost:${portOf(name, index)}`).join(',');
  const addresses = addressesAt((_, index) => ports[index]);
  const advertised = addressesAt((name, index) => (name === 'PROXIED' ? proxyPort : ports[index]));
  const protocols = all.map(([name, protocol]) => `${name}:${protocol}`).join(',');
  return [
    `listener.security.protocol.map=CONTROLLER:PLAINTEXT,${protocols}`,
    `listeners=${addresses},CONTROLLER://localhost:${controllerPort}`,
    `advertised.listeners=${advertised}`,
    ...all.flatMap(([, , lines]) => lines),
  ];
}

function passwords(listener, users) {
  const plainUsers = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`);
  const prefix = `listener.name.${listener}`;
  return [
    `${prefix}.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512`,
    `${prefix}.plain.sasl.jaas.config=${security}.plain.PlainLoginModule required ${plainUsers.join(' ')};`,
    `${prefix}.scram-sha-256.sasl.jaas.config=${security}.scram.ScramLoginModule required;`,
    `${prefix}.scram-sha-512.sasl.jaas.config=${security}.scram.ScramLoginModule required;`,
  ];
}

function tls(listener, keystore) {
  const prefix = `listener.name.${listener}.ssl`;
  return [
    `${prefix}.keystore.location=${keystore}`,
    `${prefix}.keystore.password=${keystorePassword}`,
    `${prefix}.keystore.type=PKCS12`,
  ];
}

function clientsOf(ca) {
  const prefix = 'listener.name.mutual_tls.ssl';
  return [
    `${prefix}.client.auth=required`,
    `${prefix}.truststore.location=${ca}`,
    `${prefix}.truststore.type=PEM`,
  ];
}

/** Tokens, and passwords of users that tests make and take away. */
function shortSessions({ url }) {
  const prefix = 'listener.name.short_sessions';
  const bearer = `${prefix}.oauthbearer`;
  return [
    `${prefix}.sasl.enabled.mechanisms=OAUTHBEARER,SCRAM-SHA-512`,
    `${prefix}.scram-sha-512.sasl.jaas.config=${security}.scram.ScramLoginModule required;`,
    `${prefix}.scram-sha-512.connections.max.reauth.ms=${SESSION_MS}`,
    `${bearer}.sasl.jaas.config=${security}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="none";`,
    `${bearer}.sasl.server.callback.handler.class=${security}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    // Without it Kafka 4.1 takes the validator of clients, which believes every signature.
    `sasl.oauthbearer.jwt.validator.class=${security}.oauthbearer.BrokerJwtValidator`,
    `sasl.oauthbearer.jwks.endpoint.url=${url}`,
    `sasl.oauthbearer.expected.audience=${AUDIENCE}`,
    `${bearer}.connections.max.reauth.ms=${SESSION_MS}`,
  ];
}
