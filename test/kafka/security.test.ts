import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  type Client,
  cliFile,
  filesIn,
  jsonAlert,
  newFolder,
  refused,
  startClient,
} from '../support/client.ts';
import { addAcl, bob, newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';

const SECRET = 'alice-secret';
const withKey = { ANTARES_KAFKA_API_KEY: 'alice', ANTARES_KAFKA_API_SECRET: SECRET };

const ways = [
  ['sasl_plaintext', 'PLAIN'],
  ['sasl_plaintext', 'SCRAM-SHA-256'],
  ['sasl_plaintext', 'SCRAM-SHA-512'],
  ['sasl_ssl', 'PLAIN'],
  ['sasl_ssl', 'SCRAM-SHA-256'],
  ['sasl_ssl', 'SCRAM-SHA-512'],
] as const;

for (const [protocol, mechanism] of ways) {
  test(`alerts are read over ${protocol} with ${mechanism}`, { skip: skipKafka }, async (t) => {
    const { bootstrap, caFile } = testKafka();
    const dir = newFolder(t);
    const topic = await newTopic();
    await produce(topic, [{ value: jsonAlert(1) }]);
    const server = protocol === 'sasl_ssl' ? bootstrap.saslSsl : bootstrap.saslPlaintext;
    const security = [
      '--security-protocol',
      protocol,
      '--sasl-mechanism',
      mechanism,
      '--ssl-ca-location',
      caFile,
    ];
    const client = startClient(
      t,
      [
        topic,
        '-d',
        dir,
        '-g',
        unique('group'),
        '--until-end',
        '--bootstrap-servers',
        server,
        ...security,
        '-v',
      ],
      withKey,
    );
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(filesIn(dir), [`${topic}/1.json`]);
    assert.doesNotMatch(stderr, new RegExp(SECRET));
  });
}

test('what auth add stored for a profile is what the client logs in with', { skip: skipKafka }, async (t) => {
  const home = newFolder(t);
  const dir = newFolder(t);
  const config = join(home, 'config.json');
  const profile = {
    title: 'Ours',
    bootstrapServers: testKafka().bootstrap.saslPlaintext,
    securityProtocol: 'sasl_plaintext',
    saslMechanism: 'SCRAM-SHA-512',
  };
  writeFileSync(config, JSON.stringify({ profile: 'ours', profiles: { ours: profile } }));
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const ours = { XDG_CONFIG_HOME: home };
  const kept = spawnSync(process.execPath, [cliFile, 'auth', 'add', 'ours', '--config', config], {
    env: { ...process.env, ...ours },
    input: `alice\n${SECRET}\n`,
  });
  assert.equal(kept.status, 0, String(kept.stderr));
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--config', config, '-v'];
  // The variables of ANTARES are set, and do not go to this broker.
  const antares = { ANTARES_KAFKA_API_KEY: 'somebody', ANTARES_KAFKA_API_SECRET: 'of-antares' };
  const { code, stdout, stderr } = await startClient(t, args, { ...ours, ...antares }).ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`]);
  assert.ok(!`${stdout}${stderr}`.includes(SECRET));
});

test('a CA file that did not sign the certificate is named as the cause', { skip: skipKafka }, async (t) => {
  const { bootstrap, otherCaFile } = testKafka();
  const client = startClient(
    t,
    ['topic', '--bootstrap-servers', bootstrap.saslSsl, '--ssl-ca-location', otherCaFile],
    withKey,
  );
  await refused(client, /certificate.*cannot be verified.*--ssl-ca-location/s);
});

test('plain text to a port that speaks TLS is named as the cause', { skip: skipKafka }, async (t) => {
  const { bootstrap } = testKafka();
  const client = startClient(t, ['topic', '--bootstrap-servers', bootstrap.saslSsl]);
  await refused(client, /speaks TLS, and --security-protocol is plaintext: say --security-protocol ssl/);
});

test('a wrong password is named as the cause', { skip: skipKafka }, async (t) => {
  const { bootstrap, caFile } = testKafka();
  for (const mechanism of ['PLAIN', 'SCRAM-SHA-512']) {
    const client = startClient(
      t,
      [
        'topic',
        '--bootstrap-servers',
        bootstrap.saslSsl,
        '--ssl-ca-location',
        caFile,
        '--sasl-mechanism',
        mechanism,
      ],
      {
        ...withKey,
        ANTARES_KAFKA_API_SECRET: 'wrong-secret',
      },
    );
    await refused(client, /does not take the credentials.*--api-key/s);
    assert.doesNotMatch(client.stderr, /Trying again/, 'no waiting cures it');
  }
});

test('a topic that the user may not read, and a group that he may not use, are named', {
  skip: skipKafka,
}, async (t) => {
  const topic = await newTopic();
  const group = unique('forbidden');
  await addAcl('--deny-principal', 'User:bob', '--operation', 'Read', '--group', group);
  await addAcl('--deny-principal', 'User:bob', '--operation', 'Read', '--topic', topic);
  const as = (name: string): Client => startClient(t, [topic, '-g', name, ...bob.args()], bob.env);
  await refused(as(group), /may not use the group.*--group/s);
  await refused(as(unique('group')), /may not read the topic/);
});

test('a secret from a file gets in, and a secret given as a flag is warned about once', {
  skip: skipKafka,
}, async (t) => {
  const { bootstrap } = testKafka();
  const dir = newFolder(t);
  const file = join(dir, 'secret');
  writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
  const topic = await newTopic();
  const way = [
    topic,
    '--until-end',
    '--bootstrap-servers',
    bootstrap.saslPlaintext,
    '--security-protocol',
    'sasl_plaintext',
    '--api_key',
    'alice',
  ];
  const fromFile = await startClient(t, [...way, '--api-secret-file', file]).ended;
  assert.equal(fromFile.code, 0, fromFile.stderr);
  assert.doesNotMatch(fromFile.stderr, /given as a flag/);
  const fromFlag = await startClient(t, [...way, '--api_secret', SECRET]).ended;
  assert.equal(fromFlag.code, 0, fromFlag.stderr);
  assert.equal(fromFlag.stderr.match(/--api-secret was given as a flag/g)?.length, 1);
  assert.doesNotMatch(fromFlag.stderr, new RegExp(SECRET));
});

test('a broker that is not there is tried again until --connect-timeout', { skip: skipKafka }, async (t) => {
  const client = startClient(t, ['topic', '--bootstrap-servers', 'localhost:1', '--connect-timeout', '2s']);
  await refused(client, /cannot be reached/);
});
