import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { antaresCaFile, chooseCa, holdsOnlyAntaresCa } from '../../src/broker/ca.ts';
import { consumerProperties, type Properties } from '../../src/broker/properties.ts';
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

test('the given CA file comes first, then the shipped one for ANTARES, then the system', () => {
  assert.equal(chooseCa({ caLocation: '/my/ca.pem', isAntares: true })?.path, '/my/ca.pem');
  assert.equal(chooseCa({ caLocation: null, isAntares: true })?.path, antaresCaFile);
  assert.notEqual(chooseCa({ caLocation: null, isAntares: false })?.path, antaresCaFile);
});
