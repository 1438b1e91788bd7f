import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { antaresCaFile, chooseCa, holdsOnlyAntaresCa } from '../../src/broker/ca.ts';
import { consumerProperties, type Properties } from '../../src/broker/properties.ts';
import { ClientError } from '../../src/errors.ts';
import { newFolder } from '../support/client.ts';
import { anyBroker, configOf } from '../support/options.ts';

const credentials = { 'api-key': 'k', 'api-secret': 's' };
const HOST_CHECK = 'ssl.endpoint.identification.algorithm';

async function propertiesOf(argv: string[], environment = {}): Promise<Properties> {
  return consumerProperties(await configOf(['t', ...argv], environment));
}

test('offsets are neither stored nor committed by librdkafka itself', async () => {
  const properties = await propertiesOf([...anyBroker]);
  assert.equal(properties['enable.auto.commit'], false);
  assert.equal(properties['enable.auto.offset.store'], false);
});

test('what the client owns cannot be set, and the refusal names what to use', async () => {
  for (const [property, instead] of [
    ['enable.auto.commit=true', /committed only when/],
    ['enable.auto.offset.store=true', /committed only when/],
    ['group.id=x', /--group/],
    ['bootstrap.servers=x', /--bootstrap-servers/],
    ['sasl.password=x', /--api-secret-file/],
    ['ssl.ca.location=x', /--ssl-ca-location/],
    ['auto.offset.reset=latest', /--start-at/],
  ] as const)
    await assert.rejects(propertiesOf([...anyBroker, '-X', property]), { code: 'CONFIG', message: instead });
});

test('each group protocol has its own properties, and refuses those of the other with a reason', async () => {
  const classic = [
    'session.timeout.ms=9000',
    'heartbeat.interval.ms=500',
    'partition.assignment.strategy=range',
  ];
  const consumer = ['--group-protocol', 'consumer'];
  for (const property of classic) {
    await propertiesOf([...anyBroker, '-X', property]);
    await assert.rejects(propertiesOf([...anyBroker, ...consumer, '-X', property]), {
      code: 'CONFIG',
      message: /is of --group-protocol classic; with consumer the broker /,
    });
  }
  const assignor = ['-X', 'group.remote.assignor=range'];
  await assert.rejects(propertiesOf([...anyBroker, ...assignor]), /is of --group-protocol consumer/);
  const properties = await propertiesOf([...anyBroker, ...consumer, ...assignor]);
  assert.equal(properties['group.protocol'], 'consumer');
  await assert.rejects(propertiesOf([...anyBroker, '-X', 'group.protocol=consumer']), /--group-protocol/);
});

test('any other property is passed on', async () => {
  const properties = await propertiesOf([...anyBroker, '-X', 'fetch.min.bytes=1000']);
  assert.equal(properties['fetch.min.bytes'], '1000');
});

test('what gives secrets away needs --unsafe', async () => {
  for (const property of [
    'plugin.library.paths=/tmp/x.so',
    'enable.ssl.certificate.verification=false',
    `${HOST_CHECK}=none`,
  ]) {
    await assert.rejects(propertiesOf([...anyBroker, '-X', property]), /--unsafe/);
    await propertiesOf([...anyBroker, '-X', property, '--unsafe']);
  }
  await propertiesOf([...anyBroker, '-X', `${HOST_CHECK}=https`]);
});

test('a password in plain text goes to this machine only, unless --unsafe says otherwise', async () => {
  const plain = ['--security-protocol', 'sasl_plaintext'];
  for (const server of ['localhost:9092', '127.0.0.1:1', '127.1.2.3:1', '[::1]:1'])
    await propertiesOf(['--bootstrap-servers', server, ...plain], credentials);
  for (const server of [
    'kafka.example.org:9092',
    'localhost:1,kafka.example.org:1',
    'localhost.example.org:1',
  ]) {
    await assert.rejects(
      propertiesOf(['--bootstrap-servers', server, ...plain], credentials),
      /in the clear/,
    );
    await propertiesOf(['--bootstrap-servers', server, ...plain, '--unsafe'], credentials);
    await propertiesOf(
      ['--bootstrap-servers', server, ...plain, '--sasl-mechanism', 'SCRAM-SHA-512'],
      credentials,
    );
  }
});

test("hosts' names are checked, but for the ANTARES cluster with the shipped certificate alone", async (t) => {
  assert.equal((await propertiesOf([], credentials))[HOST_CHECK], 'none');
  const both = join(newFolder(t), 'both.pem');
  const own = readFileSync(antaresCaFile, 'utf8');
  writeFileSync(both, own + own);
  assert.equal((await propertiesOf(['--ssl-ca-location', both], credentials))[HOST_CHECK], 'https');
  assert.equal((await propertiesOf(['--ssl-ca-location', antaresCaFile], credentials))[HOST_CHECK], 'none');
  const elsewhere = ['--bootstrap-servers', 'kafka.example.org:9092', '--ssl-ca-location', antaresCaFile];
  assert.equal((await propertiesOf(elsewhere, credentials))[HOST_CHECK], 'https');
});

test('only a file with the shipped certificate and nothing else counts as it', (t) => {
  const file = join(newFolder(t), 'ca.pem');
  const own = readFileSync(antaresCaFile, 'utf8');
  writeFileSync(file, `a comment before it\n${own}`);
  assert.ok(holdsOnlyAntaresCa(file));
  for (const content of ['', 'no certificate', own + own, own.replace(/[A-Z]{4}/, 'AAAA')]) {
    writeFileSync(file, content);
    assert.ok(!holdsOnlyAntaresCa(file), content.slice(0, 40));
  }
  assert.ok(!holdsOnlyAntaresCa('/nowhere'));
});

test('a CA file without a certificate is refused with its name; one with other text, and a folder, are taken', async (t) => {
  const dir = newFolder(t);
  const file = join(dir, 'ca.pem');
  const given = [...anyBroker, '--security-protocol', 'ssl', '--ssl-ca-location'];
  const own = readFileSync(antaresCaFile, 'utf8');
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  for (const content of ['', 'garbage', privateKey, own.replace(/[A-Z]{4}/, 'AAAA')]) {
    writeFileSync(file, content);
    await assert.rejects(
      propertiesOf([...given, file]),
      (error) =>
        error instanceof ClientError &&
        error.exitCode === 2 &&
        error.message.startsWith(`--ssl-ca-location ${file} holds no certificate in PEM form`),
    );
  }
  writeFileSync(file, `a comment before it\r\n${own}${privateKey}and between\n${own}`);
  for (const path of [file, dir])
    assert.equal((await propertiesOf([...given, path]))['ssl.ca.location'], path);
});

test('the given CA file comes first, then the shipped one for ANTARES, then the system', () => {
  assert.equal(chooseCa({ caLocation: '/my/ca.pem', isAntares: true })?.path, '/my/ca.pem');
  assert.equal(chooseCa({ caLocation: null, isAntares: true })?.path, antaresCaFile);
  assert.notEqual(chooseCa({ caLocation: null, isAntares: false })?.path, antaresCaFile);
});

const tokens = [
  ...['--sasl-mechanism', 'OAUTHBEARER', '--sasl-oauth-token-url', 'https://login.example.org/token'],
  ...['--sasl-oauth-client-id', 'reader'],
];

test('tokens become the properties of librdkafka’s OpenID Connect method, and TLS is on', async () => {
  const properties = await propertiesOf([...anyBroker, ...tokens, '--sasl-oauth-scope', 'read'], {
    'sasl-oauth-client-secret': 'hush',
  });
  const wanted = {
    'security.protocol': 'sasl_ssl',
    'sasl.mechanisms': 'OAUTHBEARER',
    'sasl.oauthbearer.method': 'oidc',
    'sasl.oauthbearer.token.endpoint.url': 'https://login.example.org/token',
    'sasl.oauthbearer.client.id': 'reader',
    'sasl.oauthbearer.client.secret': 'hush',
    'sasl.oauthbearer.scope': 'read',
  };
  for (const [key, value] of Object.entries(wanted)) assert.equal(properties[key], value, key);
  assert.equal(properties['sasl.password'], undefined);
});

test('what tokens need and what is missing is named', async () => {
  const secret = { 'sasl-oauth-client-secret': 'hush' };
  for (const [argv, environment, message] of [
    [tokens.slice(0, 2), secret, /also needs --sasl-oauth-token-url and --sasl-oauth-client-id/],
    [tokens, {}, /also needs --sasl-oauth-client-secret-file \(or SASL_OAUTH_CLIENT_SECRET\)/],
    [tokens.slice(2), secret, /--sasl-oauth-token-url is for --sasl-mechanism OAUTHBEARER/],
  ] as const)
    await assert.rejects(propertiesOf([...anyBroker, ...argv], environment), { code: 'CONFIG', message });
});

test('client secrets and tokens go out in plain text to this machine only, unless --unsafe says otherwise', async () => {
  const secret = { 'sasl-oauth-client-secret': 'hush' };
  const plainUrl = tokens.map((word) => word.replace('https://', 'http://'));
  await assert.rejects(propertiesOf([...anyBroker, ...plainUrl], secret), /client secret.*in the clear/);
  await propertiesOf([...anyBroker, ...plainUrl, '--unsafe'], secret);
  await propertiesOf(
    [...anyBroker, ...tokens.map((word) => word.replace(/^https.*/, 'http://[::1]:1/t'))],
    secret,
  );
  const plainBroker = ['--bootstrap-servers', 'kafka.example.org:1', '--security-protocol', 'sasl_plaintext'];
  await assert.rejects(propertiesOf([...plainBroker, ...tokens], secret), /the token would go.*in the clear/);
  await propertiesOf([...plainBroker, ...tokens, '--unsafe'], secret);
  const registry = ['--schema-registry', 'http://registry.example.org'];
  const auth = { 'schema-registry-auth': 'user:word' };
  await propertiesOf([...anyBroker, ...registry]);
  await assert.rejects(propertiesOf([...anyBroker, ...registry], auth), /registry's password.*in the clear/);
  await propertiesOf([...anyBroker, ...registry, '--unsafe'], auth);
});

test('a password in an address is refused, and not repeated', async () => {
  const address = 'https://user:hush-hush@example.org/';
  const asTokenUrl = tokens.map((word) => (word.startsWith('https:') ? address : word));
  for (const argv of [['--schema-registry', address], asTokenUrl])
    await assert.rejects(
      propertiesOf([...anyBroker, ...argv], { 'sasl-oauth-client-secret': 'x' }),
      /^(?!.*hush).*must not hold a user or a password/,
    );
});

test('a certificate of the client turns TLS on, and needs its key', async (t) => {
  const file = join(newFolder(t), 'any.pem');
  writeFileSync(file, '', { mode: 0o600 });
  const both = [...anyBroker, '--ssl-certificate', file, '--ssl-key', file];
  const properties = await propertiesOf(both, { 'ssl-key-password': 'hush' });
  assert.equal(properties['security.protocol'], 'ssl');
  assert.equal(properties['ssl.certificate.location'], file);
  assert.equal(properties['ssl.key.location'], file);
  assert.equal(properties['ssl.key.password'], 'hush');
  await assert.rejects(propertiesOf(both.slice(0, -2)), /give --ssl-key/);
  await assert.rejects(propertiesOf([...both, '--security-protocol', 'plaintext']), /only over TLS/);
});

test('authorities cannot be added behind the back of the fingerprint', async () => {
  for (const property of ['ssl.ca.pem=x', 'ssl.ca.location=x', 'ssl.ca.certificate.stores=Root'])
    await assert.rejects(propertiesOf(['-X', property], credentials), /use --ssl-ca-location/);
  assert.equal((await propertiesOf(['-X', `${HOST_CHECK}=https`], credentials))[HOST_CHECK], 'https');
});
