import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Client, filesIn, jsonAlert, newFolder, refused, startClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { oauthClient, startTokenServer } from '../support/token-server.ts';

const needsKafka = { skip: skipKafka };

function withTokens(
  t: TestContext,
  tokenUrl: string,
  args: string[],
  secret: string = oauthClient.secret,
): Client {
  const { bootstrap, caFile } = testKafka();
  const login = ['--sasl-mechanism', 'OAUTHBEARER', '--sasl-oauth-client-id', oauthClient.id];
  const servers = ['--bootstrap-servers', bootstrap.shortSessions, '--ssl-ca-location', caFile];
  return startClient(t, [...args, ...login, ...servers, '--sasl-oauth-token-url', tokenUrl], {
    SASL_OAUTH_CLIENT_SECRET: secret,
  });
}

test('alerts are read with tokens of an OpenID Connect server', needsKafka, async (t) => {
  const server = await startTokenServer(t, 300);
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const dir = newFolder(t);
  const args = [topic, '-d', dir, '-g', unique('group'), '--until-end', '--sasl-oauth-scope', 'read'];
  const { code, stderr } = await withTokens(t, server.url, args).ended;
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`]);
  assert.deepEqual([...server.scopes], ['read']);
  assert.ok(!stderr.includes('auth-client-secret'));
});

test('a wrong client secret is named as the cause', needsKafka, async (t) => {
  const server = await startTokenServer(t, 300);
  const client = withTokens(t, server.url, ['topic'], 'wrong-secret');
  await refused(client, /token server does not take the client.*--sasl-oauth-client-id/);
  assert.ok(server.refused > 0);
});

test('tokens that this broker does not trust are named as the cause', needsKafka, async (t) => {
  const server = await startTokenServer(t, 300);
  server.mode = 'forge';
  await refused(withTokens(t, server.url, ['topic']), /does not take the token.*--sasl-oauth-token-url/);
});

test('a token server that is not there is waited for, and named', needsKafka, async (t) => {
  const client = withTokens(t, 'http://127.0.0.1:1/token', ['topic', '--connect-timeout', '3s']);
  await refused(client, /token server gives no token.*--sasl-oauth-token-url/);
});

test(
  'reading goes on over the end of many tokens, and over a token server that refuses for a while',
  needsKafka,
  async (t) => {
    const server = await startTokenServer(t, 4);
    const topic = await newTopic();
    const dir = newFolder(t);
    const client = withTokens(t, server.url, [topic, '-d', dir, '-g', unique('group')]);
    const arrives = async (candid: number): Promise<void> => {
      await produce(topic, [{ value: jsonAlert(candid) }]);
      await client.saved(join(dir, topic, `${candid}.json`));
    };
    await arrives(1);
    await until('three tokens were given', () => server.given >= 3);
    await arrives(2);
    for (const mode of ['refuse', 'fail'] as const) {
      const { asked } = server;
      server.mode = mode;
      await until(`a request was answered with ${mode}`, () => server.asked > asked);
      // The client has no token that is good, and the broker ends its session.
      await client.says(/token server (does not take the client|gives no token)/);
      await produce(topic, [{ value: jsonAlert(mode) }]);
      server.mode = 'give';
      await client.saved(join(dir, topic, `${mode}.json`));
    }
    client.process.kill('SIGTERM');
    const { code, stderr } = await client.ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(
      filesIn(dir),
      ['1', '2', 'fail', 'refuse'].map((name) => `${topic}/${name}.json`),
    );
    assert.ok(!stderr.includes('auth-client-secret'));
  },
);
