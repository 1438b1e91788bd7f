import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify } from '../../src/broker/classify.ts';

/** Texts as librdkafka 2.x wrote them, against brokers that were set up to make it. */
const real = [
  [
    'FAIL: [thrd:ssl://localhost:9093/bootstrap]: ssl://localhost:9093/bootstrap: SSL handshake failed: error:0A000086:SSL routines::certificate verify failed: broker certificate could not be verified, verify that ssl.ca.location is correctly configured or root CA certificates are installed (install ca-certificates package) (after 9ms in state SSL_HANDSHAKE)',
    'tls',
    /certificate of localhost:9093 cannot be verified.*--ssl-ca-location/,
  ],
  [
    'FAIL: [thrd:ssl://127.0.0.1:9093/bootstrap]: ssl://127.0.0.1:9093/bootstrap: Failed to verify broker certificate: unable to get local issuer certificate (after 4ms in state SSL_HANDSHAKE)',
    'tls',
    /127\.0\.0\.1:9093.*--ssl-ca-location.*unable to get local issuer certificate/,
  ],
  [
    'FAIL: [thrd:sasl_ssl://kafka.example.org:9093/bootstrap]: sasl_ssl://kafka.example.org:9093/bootstrap: SASL authentication error: Authentication failed: Invalid username or password (after 311ms in state AUTH_REQ)',
    'authentication',
    /kafka\.example\.org:9093 does not take the credentials/,
  ],
  [
    "FAIL: [thrd:sasl_plaintext://localhost:9094/bootstrap]: sasl_plaintext://localhost:9094/bootstrap: SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's supported mechanisms: PLAIN (after 2ms in state AUTH_HANDSHAKE)",
    'authentication',
    /^localhost:9094 does not offer this way to log in: check --sasl-mechanism\..*supported mechanisms: PLAIN/,
  ],
  [
    "FAIL: [thrd:sasl_plaintext://localhost:9092/bootstrap]: sasl_plaintext://localhost:9092/bootstrap: SASL PLAIN mechanism handshake failed: Broker: Request not valid in current SASL state: broker's supported mechanisms: (after 1ms in state AUTH_HANDSHAKE)",
    'authentication',
    /^localhost:9092 takes no logins: check the port/,
  ],
  [
    'FAIL: [thrd:localhost:9092/1]: localhost:9092/1: Receive failed: Invalid response size 104857621 (0..1000000): increase receive.message.max.bytes (after 12ms in state UP)',
    'transient',
    /larger than the client takes at once.*receive\.message\.max\.bytes/,
  ],
  [
    'FAIL: [thrd:localhost:1/bootstrap]: localhost:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)',
    'unreachable',
    /^localhost:1 cannot be reached/,
  ],
  [
    'FAIL: [thrd:[::1]:1/bootstrap]: [::1]:1/bootstrap: Connect to ipv6#[::1]:1 failed: Connection refused (after 0ms in state CONNECT)',
    'unreachable',
    /^\[::1\]:1 cannot be reached/,
  ],
  [
    "FAIL: [thrd:nowhere.invalid:9092/bootstrap]: nowhere.invalid:9092/bootstrap: Failed to resolve 'nowhere.invalid:9092': Name or service not known (after 5ms in state CONNECT)",
    'unreachable',
    /name of nowhere\.invalid:9092 is not known/,
  ],
  [
    'FAIL: [thrd:sasl_ssl://127.0.0.1:1/bootstrap]: sasl_ssl://127.0.0.1:1/bootstrap: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)',
    'unreachable',
    /^127\.0\.0\.1:1 cannot be reached/,
  ],
  [
    "FAIL: [thrd:sasl_ssl://nowhere.invalid:9092/bootstrap]: sasl_ssl://nowhere.invalid:9092/bootstrap: Failed to resolve 'nowhere.invalid:9092': Name or service not known (after 5ms in state CONNECT)",
    'unreachable',
    /name of nowhere\.invalid:9092 is not known/,
  ],
  [
    'FAIL: [thrd:ssl://localhost:34511/bootstrap]: ssl://localhost:34511/bootstrap: Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42 (after 3ms in state APIVERSION_QUERY)',
    'tls',
    /localhost:34511 wants a certificate of its clients.*--ssl-certificate/,
  ],
  [
    'OIDC: [thrd:background]: Failed to retrieve OIDC token from "http://127.0.0.1:42455/401": {"error":"invalid_client","error_description":"unknown client"} (401)',
    'authentication',
    /token server does not take the client.*--sasl-oauth-client-id/,
  ],
  [
    'OIDC: [thrd:background]: Failed to retrieve OIDC token from "http://127.0.0.1:42455/ok": Response is not JSON encoded: (n/a) (200)',
    'unreachable',
    /token server gives no token.*--sasl-oauth-token-url/,
  ],
  [
    'OIDC: [thrd:background]: Failed to retrieve OIDC token from "http://127.0.0.1:1/x": Failed to connect to 127.0.0.1 port 1 after 0 ms: Couldn\'t connect to server (-1)',
    'unreachable',
    /token server gives no token/,
  ],
  [
    'FAIL: [thrd:sasl_ssl://localhost:42837/bootstrap]: sasl_ssl://localhost:42837/bootstrap: SASL authentication error: {"status":"invalid_token"} (after 309ms in state AUTH_REQ)',
    'authentication',
    /localhost:42837 does not take the token/,
  ],
  [
    'FATAL: [thrd:main]: Fatal error: Broker: Static consumer fenced by other consumer with same group.instance.id: Fatal consumer error: Broker: Static consumer fenced by other consumer with same group.instance.id',
    'fatal',
    /^Another process has taken the place of this one in the group/,
  ],
  [
    'FATAL: [thrd:main]: Fatal error: Local: Inconsistent state: something new',
    'fatal',
    /^librdkafka cannot go on.*something new/,
  ],
  ['Broker: Topic authorization failed', 'authorization', /may not read the topic/],
  ['Broker: Group authorization failed', 'authorization', /--group/],
  ['Broker: Unknown topic or partition', 'unknown-topic', /does not exist/],
] as const;

for (const [text, kind, sentence] of real) {
  test(`"${text.replace(/^.*bootstrap: /, '').slice(0, 60)}…" is ${kind}`, () => {
    const found = classify({ code: -195, message: text }, 'connecting');
    assert.equal(found.kind, kind);
    assert.match(found.sentence, sentence);
    assert.doesNotMatch(found.sentence, /thrd:|in state/);
  });
}

test('what a server answered is told in one line without control characters, and not in full', () => {
  const text = `OIDC: Failed to retrieve OIDC token from "http://x": \u001b[2J${'long\n'.repeat(10_000)} (500)`;
  const { sentence } = classify({ code: 0, message: text }, 'connected');
  // eslint-disable-next-line no-control-regex -- that is what must not be there
  assert.doesNotMatch(sentence, /[\u0000-\u001f]/);
  assert.ok(sentence.length < 1_000);
});

test('a broker that hangs up at once may want a login or TLS; one that did so later may not', () => {
  const message =
    'FAIL: [thrd:localhost:9094/bootstrap]: localhost:9094/bootstrap: Disconnected: connection closed by peer: receive 0 after POLLIN (after 0ms in state UP, 2 identical error(s) suppressed)';
  const { kind, sentence } = classify({ code: -195, message }, 'connecting');
  assert.equal(kind, 'unreachable');
  assert.match(sentence, /^localhost:9094 closes .*--security-protocol sasl_plaintext, sasl_ssl or ssl\. /);
  assert.doesNotMatch(sentence, /suppressed/);
  assert.doesNotMatch(classify({ code: -195, message }, 'connected').sentence, /--security-protocol/);
});

test('that all brokers are down says nothing new once connected, and all there is before', () => {
  const down = { code: -187, message: '1/1 brokers are down' };
  assert.equal(classify(down, 'connected').kind, 'ignore');
  const transport = { code: -195, message: 'Local: Broker transport failure' };
  assert.equal(classify(transport, 'connecting').kind, 'unreachable');
  assert.equal(classify(transport, 'connected').kind, 'ignore');
});

test('whatever librdkafka says has a meaning, and what nobody knows is tried again', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -200, max: 130 }),
      fc.string(),
      fc.boolean(),
      (code, message, connected) => {
        const { kind, sentence, error } = classify({ code, message }, connected ? 'connected' : 'connecting');
        assert.ok(kind.length > 0 && sentence.length > 0 && error.length > 0);
      },
    ),
  );
  assert.equal(classify({ code: 9999, message: 'A new trouble' }, 'connected').kind, 'transient');
});
