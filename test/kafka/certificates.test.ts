import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { antaresCaFile } from '../../src/broker/ca.ts';
import { explainCertificate } from '../../src/broker/certificate-trouble.ts';
import { type Client, filesIn, jsonAlert, newFolder, refused, startClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';
import { configOf } from '../support/options.ts';

const needsKafka = { skip: skipKafka };

function overTls(t: TestContext, server: string, ...args: string[]): Client {
  return startClient(t, ['topic', '--bootstrap-servers', server, '--security-protocol', 'ssl', ...args]);
}

/** The ANTARES authority, and the tests' own. */
function bundle(t: TestContext): string {
  const file = join(newFolder(t), 'bundle.pem');
  writeFileSync(file, readFileSync(antaresCaFile, 'utf8') + readFileSync(testKafka().caFile, 'utf8'));
  return file;
}

test('a certificate that has expired is named as such, with its day', needsKafka, async (t) => {
  const { bootstrap, caFile } = testKafka();
  const client = overTls(t, bootstrap.expired, '--ssl-ca-location', caFile);
  await refused(client, /certificate of localhost:\d+.* has expired \(on .*20\d\d GMT\).*clock/);
});

test('a certificate of another host is named as such, with that host', needsKafka, async (t) => {
  const { bootstrap, caFile } = testKafka();
  const client = overTls(t, bootstrap.wrongHost, '--ssl-ca-location', caFile);
  await refused(client, /for another host \(DNS:kafka\.example\.org\).*--bootstrap-servers/);
});

test('an authority that is not in the CA file is named, and the file', needsKafka, async (t) => {
  const { bootstrap, otherCaFile } = testKafka();
  const client = overTls(t, bootstrap.mutualTls, '--ssl-ca-location', otherCaFile);
  await refused(
    client,
    /authority \(antares-client local authority\) is not in .*other-ca\.pem.*--ssl-ca-location/,
  );
});

test('a foreign authority beside the ANTARES one is trusted for its own host only', needsKafka, async (t) => {
  const { bootstrap, client } = testKafka();
  const ca = bundle(t);
  await refused(overTls(t, bootstrap.wrongHost, '--ssl-ca-location', ca), /for another host/);
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const dir = newFolder(t);
  const { code, stderr } = await startClient(t, [
    topic,
    '-d',
    dir,
    '-g',
    unique('group'),
    '--until-end',
    ...['--bootstrap-servers', bootstrap.mutualTls, '--ssl-ca-location', ca],
    ...['--ssl-certificate', client.certificate, '--ssl-key', client.key],
  ]).ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`]);
});

test(
  'at the ANTARES address the explanation of a wrong host says when hosts are not checked',
  needsKafka,
  async (t) => {
    const { bootstrap } = testKafka();
    const { broker } = await configOf(['t', '--ssl-ca-location', bundle(t)], {
      'api-key': 'k',
      'api-secret': 's',
    });
    assert.equal(broker.isAntares, true);
    // The address is the built-in one in name only: nobody else's certificate can be had for it.
    const sentence = await explainCertificate({ ...broker, bootstrapServers: bootstrap.wrongHost });
    assert.match(String(sentence), /for another host.*nothing but the shipped certificate/);
  },
);

test('alerts are read with a certificate of the client, its key locked or not', needsKafka, async (t) => {
  const { bootstrap, caFile, client } = testKafka();
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const common = [
    topic,
    '--until-end',
    '--bootstrap-servers',
    bootstrap.mutualTls,
    '--ssl-ca-location',
    caFile,
  ];
  const passwordFile = join(newFolder(t), 'password');
  writeFileSync(passwordFile, `${client.password}\n`, { mode: 0o600 });
  for (const [more, env] of [
    [['--ssl-key', client.key], {}],
    [['--ssl-key', client.lockedKey], { SSL_KEY_PASSWORD: client.password }],
    [['--ssl-key', client.lockedKey, '--ssl-key-password-file', passwordFile], {}],
  ] as const) {
    const dir = newFolder(t);
    const certificate = ['--ssl-certificate', client.certificate, ...more];
    const { code, stderr } = await startClient(
      t,
      [...common, '-d', dir, '-g', unique('group'), ...certificate],
      env,
    ).ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(filesIn(dir), [`${topic}/1.json`]);
    assert.ok(!stderr.includes(client.password));
  }
});

test(
  'a broker that wants a certificate says so, whether there is none or one that it does not know',
  needsKafka,
  async (t) => {
    const { bootstrap, caFile, otherClient } = testKafka();
    const sentence = /wants a certificate of its clients.*--ssl-certificate and --ssl-key/;
    await refused(overTls(t, bootstrap.mutualTls, '--ssl-ca-location', caFile), sentence);
    const other = ['--ssl-certificate', otherClient.certificate, '--ssl-key', otherClient.key];
    await refused(overTls(t, bootstrap.mutualTls, '--ssl-ca-location', caFile, ...other), sentence);
  },
);

test(
  'a key and a certificate that cannot be used are named before anything is connected',
  needsKafka,
  async (t) => {
    const { caFile, client, otherClient } = testKafka();
    const wrong = { SSL_KEY_PASSWORD: 'wrong-password' };
    for (const [certificate, key, env, sentence] of [
      [client.certificate, otherClient.key, {}, /--ssl-key .* does not belong to --ssl-certificate/],
      [client.certificate, client.lockedKey, {}, /--ssl-key .* is locked.*SSL_KEY_PASSWORD/],
      [client.certificate, client.lockedKey, wrong, /--ssl-key .* is locked.*SSL_KEY_PASSWORD/],
      [client.certificate, caFile, {}, /--ssl-key .* not a private key/],
      [client.key, client.key, {}, /--ssl-certificate .* holds no certificate/],
    ] as const) {
      const args = [
        'topic',
        '--bootstrap-servers',
        'localhost:1',
        '--ssl-certificate',
        certificate,
        '--ssl-key',
        key,
      ];
      const { code, stderr } = await startClient(t, args, env).ended;
      assert.equal(code, 2, stderr);
      assert.match(stderr, sentence);
      assert.ok(!stderr.includes('wrong-password'));
    }
  },
);
