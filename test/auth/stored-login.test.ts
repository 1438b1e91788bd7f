import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Login, LoginStore } from '../../src/auth/login-store.ts';
import type { Config } from '../../src/config.ts';
import { newFolder } from '../support/client.ts';
import { configOf } from '../support/options.ts';

const rubin: Login = {
  kind: 'password',
  user: 'stored',
  secret: 'stored-secret',
  servers: 'usdf-alert-stream-dev.lsst.cloud:9094',
  tokenUrl: null,
};
const antares: Login = { ...rubin, servers: 'kafka.antares.noirlab.edu:9092' };
const gcn: Login = {
  kind: 'oauth',
  user: 'stored-id',
  secret: 'stored-secret',
  servers: 'kafka.gcn.nasa.gov:9092',
  tokenUrl: 'https://auth.gcn.nasa.gov/oauth2/token',
};
const ofEnvironment = { 'api-key': 'env', 'api-secret': 'env-secret' };

function storeOf(t: TestContext, logins: Readonly<Record<string, Login>>): LoginStore {
  const store = new LoginStore(join(newFolder(t), 'credentials'));
  for (const [name, login] of Object.entries(logins)) store.put(name, login, () => undefined);
  return store;
}

function userAndSecret({ broker }: Config): string {
  return `${broker.username ?? ''}/${broker.password ?? ''}`;
}

function fileOf(t: TestContext, name: string, content: string): string {
  const path = join(newFolder(t), name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

test('a profile that wants a login takes the stored one, and the group is named after its user', async (t) => {
  const config = await configOf(['t', '--profile', 'rubin'], {}, storeOf(t, { rubin }));
  assert.equal(userAndSecret(config), 'stored/stored-secret');
  assert.match(config.broker.group, /^stored-/);
  assert.deepEqual(config.warnings, []);
});

test('an OAuth client comes from the store as a user does', async (t) => {
  for (const more of [[], ['--sasl-mechanism', 'OAUTHBEARER'], ['--sasl-oauth-client-id', 'stored-id']]) {
    const { broker } = await configOf(['t', '--profile', 'gcn', ...more], ofEnvironment, storeOf(t, { gcn }));
    assert.deepEqual(broker.oauth, {
      tokenUrl: gcn.tokenUrl,
      clientId: 'stored-id',
      clientSecret: 'stored-secret',
      scope: null,
    });
    assert.equal(broker.username, null);
  }
});

test('without a profile the ANTARES cluster gets its login, and no other broker does', async (t) => {
  const store = storeOf(t, { antares, rubin });
  assert.equal(userAndSecret(await configOf(['t'], {}, store)), 'stored/stored-secret');
  const elsewhere = await configOf(['t', '--bootstrap-servers', 'localhost:9092'], {}, store);
  assert.equal(userAndSecret(elsewhere), '/');
  const open = await configOf(['t', '--profile', 'lasair'], {}, storeOf(t, { lasair: rubin }));
  assert.equal(userAndSecret(open), '/');
});

test('flag, environment and configuration file come before the store, in this order', async (t) => {
  const store = storeOf(t, { antares });
  const secretFile = fileOf(t, 'secret', 'file-secret\n');
  const config = fileOf(t, 'config.json', JSON.stringify({ apiKey: 'file', apiSecretFile: secretFile }));
  const inFile = ['t', '--config', config];
  const asFlags = ['--api-key', 'flag', '--api-secret', 'flag-secret'];
  const login = async (argv: readonly string[], environment = {}): Promise<string> =>
    userAndSecret(await configOf(argv, environment, store));
  assert.equal(await login([...inFile, ...asFlags], ofEnvironment), 'flag/flag-secret');
  assert.equal(await login(inFile, ofEnvironment), 'env/env-secret');
  assert.equal(await login(inFile), 'file/file-secret');
  assert.equal(await login(['t']), 'stored/stored-secret');
});

test('a user that was named gets the stored secret only where it is theirs', async (t) => {
  const store = storeOf(t, { rubin });
  const args = ['t', '--profile', 'rubin', '--api-key'];
  assert.equal(userAndSecret(await configOf([...args, 'stored'], {}, store)), 'stored/stored-secret');
  await assert.rejects(configOf([...args, 'other'], {}, store), /There is an API key but no secret/);
});

test("the variables named after ANTARES do not go to another profile's broker that has a login of its own", async (t) => {
  const own = await configOf(['t', '--profile', 'rubin'], ofEnvironment, storeOf(t, { rubin }));
  assert.equal(userAndSecret(own), 'stored/stored-secret');
  const secretFile = fileOf(t, 'secret', 'file-secret');
  const content = { profile: 'rubin', apiKey: 'file', apiSecretFile: secretFile };
  const config = fileOf(t, 'config.json', JSON.stringify(content));
  assert.equal(
    userAndSecret(await configOf(['t', '--config', config], ofEnvironment, storeOf(t, {}))),
    'file/file-secret',
  );
  const named = ['t', '--profile', 'rubin', '--api-secret-file', secretFile];
  assert.equal(userAndSecret(await configOf(named, ofEnvironment)), 'env/file-secret');
});

test('where nothing else is there they do, and one warning says so', async (t) => {
  const config = await configOf(['t', '--profile', 'rubin'], ofEnvironment, storeOf(t, { antares }));
  assert.equal(userAndSecret(config), 'env/env-secret');
  assert.equal(config.warnings.length, 1);
  assert.match(config.warnings[0] ?? '', /ANTARES_KAFKA_API_SECRET is taken for usdf.*auth add rubin/);
  assert.deepEqual((await configOf(['t', '--profile', 'antares'], ofEnvironment)).warnings, []);
});

test('a stored secret does not go to a server that it was not stored for', async (t) => {
  const profiles = {
    rubin: { title: 'R', bootstrapServers: 'elsewhere:9092', saslMechanism: 'SCRAM-SHA-512' },
    gcn: {
      title: 'G',
      bootstrapServers: gcn.servers,
      saslMechanism: 'OAUTHBEARER',
      saslOauthTokenUrl: 'https://elsewhere.invalid/token',
    },
  };
  const config = fileOf(t, 'config.json', JSON.stringify({ profiles }));
  const store = storeOf(t, { rubin, gcn });
  await assert.rejects(
    configOf(['t', '--config', config, '--profile', 'rubin'], {}, store),
    /stored for the profile rubin are for usdf-\S+, and not for elsewhere:9092: .* auth add rubin --bootstrap-servers elsewhere:9092/,
  );
  await assert.rejects(
    configOf(['t', '--config', config, '--profile', 'gcn'], {}, store),
    /are for \S+ with tokens of https:\/\/auth\.gcn\S+, and not for \S+ with tokens of https:\/\/elsewhere/,
  );
  // A client's secret is no password, and whoever asks for no login needs none.
  await assert.rejects(
    configOf(['t', '--profile', 'gcn', '--sasl-mechanism', 'PLAIN'], {}, store),
    /The broker of the profile gcn wants credentials: .*auth add gcn/,
  );
  const open = ['--config', config, '--profile', 'rubin', '--security-protocol', 'plaintext'];
  assert.equal(userAndSecret(await configOf(['t', ...open], {}, store)), '/');
});
