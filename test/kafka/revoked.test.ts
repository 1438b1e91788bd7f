import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, jsonAlert, newFolder, startClient } from '../support/client.ts';
import { kafkaTool, newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';

const PASSWORD = 'carol-secret';

function alterUser(name: string, ...how: string[]): Promise<string> {
  return kafkaTool('kafka.admin.ConfigCommand', [
    ...['--bootstrap-server', testKafka().bootstrap.plaintext, '--alter'],
    ...['--entity-type', 'users', '--entity-name', name, ...how],
  ]);
}

const allow = ['--add-config', `SCRAM-SHA-512=[password=${PASSWORD}]`];
const forbid = ['--delete-config', 'SCRAM-SHA-512'];

test('a user who is taken away in mid-stream is named, and reading goes on when he is back', {
  skip: skipKafka,
}, async (t) => {
  const { bootstrap, caFile } = testKafka();
  const user = unique('carol');
  const topic = await newTopic();
  const dir = newFolder(t);
  await alterUser(user, ...allow);
  await produce(topic, [{ value: jsonAlert(1) }]);
  const client = startClient(
    t,
    [
      ...[topic, '-d', dir, '-g', unique('group'), '--sasl-mechanism', 'SCRAM-SHA-512'],
      ...['--bootstrap-servers', bootstrap.shortSessions, '--ssl-ca-location', caFile],
    ],
    { ANTARES_KAFKA_API_KEY: user, ANTARES_KAFKA_API_SECRET: PASSWORD },
  );
  await client.saved(join(dir, topic, '1.json'));
  await alterUser(user, ...forbid);
  // The broker wants to see the password again every few seconds.
  await client.says(/does not take the credentials.*--api-key.*Trying again/);
  await produce(topic, [{ value: jsonAlert(2) }]);
  await alterUser(user, ...allow);
  await client.saved(join(dir, topic, '2.json'));
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`, `${topic}/2.json`]);
  assert.ok(!stderr.includes(PASSWORD));
  await alterUser(user, ...forbid);
});
