import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { allFilesIn, jsonAlert, newFolder } from '../support/client.ts';
import { finding, findingsOf } from '../support/doctor.ts';
import { withCommand } from '../support/faults.ts';
import {
  addAcl,
  bob,
  groupOffsets,
  newTopic,
  produce,
  skipKafka,
  testKafka,
  unique,
} from '../support/kafka.ts';
import { mountTmpfs, skipMount } from '../support/tmpfs.ts';

const needsKafka = { skip: skipKafka };
const alice = { ANTARES_KAFKA_API_KEY: 'alice', ANTARES_KAFKA_API_SECRET: 'alice-secret' };

test(
  'where nothing is wrong every step says what it saw, and nothing is committed or written',
  needsKafka,
  async (t) => {
    const { bootstrap, caFile } = testKafka();
    const topic = await newTopic();
    const group = unique('group');
    const dir = newFolder(t);
    await produce(topic, [{ value: jsonAlert(1) }]);
    const args = [topic, '-g', group, '-d', dir, '--bootstrap-servers', bootstrap.saslSsl];
    const { code, findings } = await findingsOf(t, [...args, '--ssl-ca-location', caFile], alice);
    assert.equal(code, 0, JSON.stringify(findings));
    for (const step of [
      'Build',
      'DNS',
      'TCP',
      'Certificate',
      'TLS',
      'Login',
      'Topic',
      'Group',
      'Alert',
      'Output folder',
      'Clock',
    ])
      finding(findings, step, 'ok');
    assert.match(
      finding(findings, 'Topic', 'ok').text,
      /may be read \(1 partition, the newest one read is of 20/,
    );
    assert.deepEqual(allFilesIn(dir), []);
    assert.deepEqual((await groupOffsets(group, topic)).committed, [-1001]);
  },
);

test(
  'a certificate is shown, and the file of this machine that verifies it is found',
  needsKafka,
  async (t) => {
    const { bootstrap, caFile, otherCaFile } = testKafka();
    // As if this machine's OpenSSL knew the right authority.
    const openssl = newFolder(t);
    copyFileSync(caFile, join(openssl, 'cert.pem'));
    const env = { ...alice, ...withCommand(t, 'openssl', `echo 'OPENSSLDIR: "${openssl}"'`) };
    const { code, findings } = await findingsOf(
      t,
      ['topic', '--bootstrap-servers', bootstrap.saslSsl, '--ssl-ca-location', otherCaFile],
      env,
    );
    assert.equal(code, 1);
    assert.match(
      finding(findings, 'Certificate', 'ok').text,
      /localhost \(until .* ← antares-client local authority/,
    );
    const tls = finding(findings, 'TLS', 'fault');
    assert.match(tls.text, /is not in .*other-ca\.pem/);
    assert.equal(tls.cure, `--ssl-ca-location ${join(openssl, 'cert.pem')} verifies it`);
    finding(findings, 'Login, topics, group', 'skipped');
  },
);

test('an expired certificate and one of another host are told apart', needsKafka, async (t) => {
  const { bootstrap, caFile } = testKafka();
  const ssl = ['--security-protocol', 'ssl', '--ssl-ca-location', caFile];
  const expired = await findingsOf(t, ['topic', '--bootstrap-servers', bootstrap.expired, ...ssl]);
  assert.match(finding(expired.findings, 'TLS', 'fault').text, /has expired/);
  const other = await findingsOf(t, ['topic', '--bootstrap-servers', bootstrap.wrongHost, ...ssl]);
  assert.match(finding(other.findings, 'TLS', 'fault').text, /for another host \(DNS:kafka\.example\.org\)/);
});

test(
  'plain text to a port that speaks TLS is told with the option that is missing',
  needsKafka,
  async (t) => {
    const { bootstrap } = testKafka();
    const { code, findings } = await findingsOf(t, ['topic', '--bootstrap-servers', bootstrap.saslSsl]);
    assert.equal(code, 1);
    assert.match(finding(findings, 'Kafka', 'fault').text, /speaks TLS.*--security-protocol ssl/);
  },
);

test(
  'a newest message that these settings cannot decode is told, with the option that is missing',
  needsKafka,
  async (t) => {
    const { plaintext } = testKafka().bootstrap;
    const framed = await newTopic();
    await produce(framed, [{ value: Buffer.from([0, 0, 0, 0, 7, 1, 2, 3]) }]);
    const without = await findingsOf(t, [framed, '--bootstrap-servers', plaintext]);
    assert.equal(without.code, 1);
    assert.match(
      finding(without.findings, 'Alert', 'fault').text,
      /0 offset 0 cannot be decoded: .*schema 7.*--schema-registry/,
    );
    const bad = await newTopic();
    await produce(bad, [{ value: Buffer.from('{"candid": ') }, { value: null }]);
    const torn = await findingsOf(t, [bad, '--bootstrap-servers', plaintext]);
    assert.equal(torn.code, 0, 'it would be one dead letter');
    finding(torn.findings, 'Alert', 'skipped');
  },
);

test('a wrong password is a fault of the login, after a good TLS', needsKafka, async (t) => {
  const { bootstrap, caFile } = testKafka();
  const { code, findings, stdout } = await findingsOf(
    t,
    ['topic', '--bootstrap-servers', bootstrap.saslSsl, '--ssl-ca-location', caFile],
    { ...alice, ANTARES_KAFKA_API_SECRET: 'wrong-secret' },
  );
  assert.equal(code, 1);
  finding(findings, 'TLS', 'ok');
  assert.match(finding(findings, 'Login', 'fault').text, /does not take the credentials/);
  assert.doesNotMatch(stdout, /wrong-secret/);
});

test('a topic that is not there is named with those that look like it', needsKafka, async (t) => {
  const topic = await newTopic();
  const { findings } = await findingsOf(t, [
    ...[`${topic}x`, '--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  const row = finding(findings, 'Topic', 'fault');
  assert.match(row.text, /does not exist, or this user may not see it/);
  assert.ok(row.cure?.includes(topic), String(row.cure));
});

test('a topic that may not be read and a group that may not be used are told', needsKafka, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const group = unique('forbidden');
  // Such a user sees the topic in a list, and still may not read it.
  await addAcl('--allow-principal', 'User:bob', '--operation', 'Describe', '--topic', topic);
  await addAcl('--deny-principal', 'User:bob', '--operation', 'All', '--group', group);
  const { findings } = await findingsOf(t, [topic, '-g', group, ...bob.args()], bob.env);
  assert.match(finding(findings, 'Topic', 'fault').text, /may not read the topic/);
  assert.match(finding(findings, 'Group', 'fault').text, /may not use the group|no right to the group/);
});

test('a disk without room, and one without inodes, are told', { skip: skipMount }, async (t) => {
  const broker = ['--bootstrap-servers', testKafka().bootstrap.plaintext];
  const small = mountTmpfs(t, '1m');
  const { findings } = await findingsOf(t, ['topic', ...broker, '-d', small.dir]);
  assert.match(finding(findings, 'Free space', 'fault').text, /0\.0 GB free/);
  const few = mountTmpfs(t, '1g', ',nr_inodes=50');
  const inodes = await findingsOf(t, ['topic', ...broker, '-d', few.dir]);
  assert.match(finding(inodes.findings, 'Inodes', 'fault').text, /more files fit/);
  assert.match(String(finding(inodes.findings, 'Inodes', 'fault').cure), /--output ndjson/);
});

test('a filter for a field that the newest alert has not is warned of', needsKafka, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const args = [topic, '-d', newFolder(t), '--bootstrap-servers', testKafka().bootstrap.plaintext];
  const { code, findings } = await findingsOf(t, [...args, '--where', 'nosuch.field > 1']);
  assert.equal(code, 0, JSON.stringify(findings));
  assert.match(
    finding(findings, 'Fields', 'warning').text,
    /offset 0 has no field nosuch\.field, which --where asks/,
  );
});

test('a clock that is behind the messages is told', needsKafka, async (t) => {
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1), timestampMs: Date.now() + 600_000 }]);
  const { findings } = await findingsOf(t, [topic, '--bootstrap-servers', testKafka().bootstrap.plaintext]);
  assert.match(finding(findings, 'Clock', 'fault').text, /a message was made (5\d\d|600) s later than that/);
});
