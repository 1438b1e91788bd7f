import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ClientError } from '../src/errors.ts';
import { knownProfiles } from '../src/profiles/known.ts';
import { hopFormat } from '../src/worker/decode/detect.ts';
import { newFolder, startClient } from './support/client.ts';
import { configOf } from './support/options.ts';

const login = { 'api-key': 'me', 'api-secret': 'my-secret' };
const refusal = (sentence: RegExp) => (error: unknown) =>
  error instanceof ClientError && error.exitCode === 2 && sentence.test(error.message);

test('every profile that comes with the client makes a configuration, with a login where it wants one', async () => {
  for (const [name, profile] of knownProfiles()) {
    const oauth = { 'sasl-oauth-client-id': 'me', 'sasl-oauth-client-secret': 'my-secret' };
    const config = await configOf(
      ['t', '--profile', name],
      profile.saslMechanism === 'OAUTHBEARER' ? oauth : profile.saslMechanism === undefined ? {} : login,
    );
    assert.equal(config.broker.bootstrapServers, profile.bootstrapServers, name);
    assert.equal(config.broker.securityProtocol, profile.securityProtocol ?? 'plaintext', name);
  }
});

test('a profile ranks below flags, environment and configuration file', async (t) => {
  const file = join(newFolder(t), 'config.json');
  writeFileSync(file, JSON.stringify({ profile: 'rubin', format: 'avro' }));
  const config = await configOf(
    ['t', '--config', file, '--bootstrap-servers', 'localhost:1', '--group', 'me-2'],
    login,
  );
  assert.equal(config.broker.bootstrapServers, 'localhost:1');
  assert.equal(config.decode.format, 'avro');
  assert.equal(config.decode.registry, 'https://usdf-alert-schemas-dev.slac.stanford.edu');
  assert.equal(config.broker.saslMechanism, 'SCRAM-SHA-512');
  assert.equal(
    (await configOf(['t', '--profile', 'local', '--host', 'h'])).broker.bootstrapServers,
    'h:9092',
  );
});

test('the antares profile is what is taken without one, and knows the prefix of its topics elsewhere too', async () => {
  const [named, none] = [await configOf(['t', '--profile', 'antares'], login), await configOf(['t'], login)];
  assert.deepEqual(named.topics, none.topics);
  assert.deepEqual(named.broker, none.broker);
  const mirror = await configOf(['t', '--profile', 'antares', '--bootstrap-servers', 'localhost:1'], login);
  assert.deepEqual(mirror.topics, { kafkaNames: ['client.t'], prefix: 'client.', partitions: null });
});

test('a profile that no login is kept for is no reason to say auth add', async () => {
  for (const [args, options] of [
    [['--security-protocol', 'sasl_plaintext'], /needs --api-key and --api-secret\.$/],
    [['--sasl-mechanism', 'OAUTHBEARER'], /needs --sasl-oauth-token-url and .*SASL_OAUTH_CLIENT_SECRET\)\.$/],
  ] as const)
    await assert.rejects(configOf(['t', '--profile', 'local', ...args]), refusal(options));
  await assert.rejects(configOf(['t', '--profile', 'babamul']), refusal(/auth add babamul/));
});

test('a group that the broker would refuse is refused before, with the cure; a missing one is made to fit', async () => {
  const args = ['t', '--profile', 'babamul'];
  assert.equal((await configOf(args, login)).broker.group, `me-${hostname()}`);
  assert.equal((await configOf([...args, '-g', 'me-too'], login)).broker.group, 'me-too');
  await assert.rejects(
    configOf([...args, '-g', 'mine'], login),
    refusal(/takes only groups that begin with me-, and this is mine: say --group me-mine/),
  );
});

test('a user has profiles of their own in the configuration file; what is none is refused', async (t) => {
  const file = join(newFolder(t), 'config.json');
  const own = { title: 'Ours', bootstrapServers: 'kafka.example.org:9092', topicPrefix: 'x.' };
  writeFileSync(file, JSON.stringify({ profiles: { ours: own } }));
  const config = await configOf(['t', '--config', file, '--profile', 'ours']);
  assert.equal(config.broker.bootstrapServers, 'kafka.example.org:9092');
  assert.deepEqual(config.topics.kafkaNames, ['x.t']);
  await assert.rejects(configOf(['t', '--profile', 'lasiar']), refusal(/did you mean lasair\?/));
  writeFileSync(file, JSON.stringify({ profiles: { ours: { ...own, apiSecret: 'no' } } }));
  await assert.rejects(
    configOf(['t', '--config', file]),
    refusal(/profiles\.ours\.apiSecret in .* cannot be used: there is no such key\. /),
  );
  for (const [broken, why] of [
    [{ titel: 'Ours' }, /profiles\.ours\.titel in .* cannot be used: there is no such key\. /],
    [{ format: 'avro' }, /profiles\.ours\.title in .* cannot be used: it is missing\. /],
    [{ title: 5 }, /profiles\.ours\.title in .* cannot be used: it must be some text\. /],
    ['kafka.example.org', /profiles\.ours in .* cannot be used: it must be an object\. /],
  ] as const) {
    writeFileSync(file, JSON.stringify({ profiles: { ours: broken } }));
    await assert.rejects(configOf(['t', '--config', file]), refusal(why));
  }
});

test('antares-client profiles lists them, as a table and as JSON', async (t) => {
  const table = await startClient(t, ['profiles']).ended;
  assert.match(table.stdout, /^hop +kafka\.scimma\.org:9092 +sasl_ssl SCRAM-SHA-512 +SCiMMA Hopskotch$/m);
  const { stdout } = await startClient(t, ['profiles', '--json']).ended;
  assert.deepEqual(Object.keys(JSON.parse(stdout) as object), [...knownProfiles().keys()]);
});

test("hop's header says the format; a blob is what it looks like, else text", () => {
  const formatOf = (header: string | null, value: string): string =>
    hopFormat(Buffer.from(value), {
      topic: 't',
      partition: 0,
      offset: 0,
      timestampMs: 0,
      key: null,
      headers: header === null ? [] : [{ key: '_format', value: Buffer.from(header) }],
      value: Buffer.from(value),
    });
  assert.equal(formatOf('circular', '{}'), 'json');
  assert.equal(formatOf('json', '7'), 'json');
  assert.equal(formatOf('avro', 'Obj\x01'), 'avro');
  assert.equal(formatOf('blob', '{}'), 'json');
  assert.equal(formatOf('blob', 'hello'), 'text');
  assert.equal(formatOf('of a plugin', '{}'), 'json');
  assert.throws(() => formatOf(null, 'hello'), /No known format/);
});
