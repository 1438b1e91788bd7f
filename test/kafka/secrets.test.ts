import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Client, jsonAlert, newFolder, startClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { oauthClient, startTokenServer } from '../support/token-server.ts';

const needsProc = { skip: skipKafka === false && !existsSync('/proc/self/cmdline') ? 'no /proc' : skipKafka };

/** Prints all that a hook can find out of the client: its environment and arguments, a child's, and the system's view. */
const curiousHook = `
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
export function processAlert(alert) {
  console.log(JSON.stringify(process.env), JSON.stringify(process.argv), JSON.stringify(process.execArgv));
  console.log(execFileSync('env', { encoding: 'utf8' }));
  for (const task of readdirSync('/proc/self/task'))
    for (const file of ['cmdline', 'comm'])
      console.log(readFileSync('/proc/self/task/' + task + '/' + file, 'utf8').replaceAll('\\0', ' '));
  if (Number(alert.candid) === 1) console.log('looked around');
  if (Number(alert.candid) === 2) throw new Error('process.env is ' + JSON.stringify(process.env));
}`;

const secrets = {
  ANTARES_KAFKA_API_SECRET: 'api-"sec\\ret',
  SCHEMA_REGISTRY_AUTH: 'user:registry pass/word',
  SASL_OAUTH_CLIENT_SECRET: oauthClient.secret,
  SSL_KEY_PASSWORD: '',
  SECRET_PROPERTY: 'keystore-password',
};

/** Each secret as it is and as JSON or an address would show it. */
function formsOf(values: readonly string[]): string[] {
  return values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]);
}

async function startCurious(
  t: TestContext,
  how: 'environment' | 'flags',
): Promise<{ client: Client; dir: string; reports: string; topic: string; forms: string[] }> {
  const { bootstrap, caFile, client } = testKafka();
  const server = await startTokenServer(t, 300);
  const dir = newFolder(t);
  const reports = newFolder(t);
  const hook = join(newFolder(t), 'hook.mjs');
  writeFileSync(hook, curiousHook);
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }, { value: jsonAlert(2) }]);
  const { SECRET_PROPERTY, ...byVariable } = { ...secrets, SSL_KEY_PASSWORD: client.password };
  const asFlags = [
    ...[
      '--api-secret',
      byVariable.ANTARES_KAFKA_API_SECRET,
      '--schema-registry-auth',
      byVariable.SCHEMA_REGISTRY_AUTH,
    ],
    ...['--sasl-oauth-client-secret', byVariable.SASL_OAUTH_CLIENT_SECRET],
    ...['--ssl-key-password', byVariable.SSL_KEY_PASSWORD],
    ...['-X', `ssl.keystore.password=${SECRET_PROPERTY}`],
  ];
  const args = [
    ...[topic, '-d', dir, '-g', unique('group'), '-v', '--process', hook, '--log-format', 'json'],
    ...['--bootstrap-servers', bootstrap.shortSessions, '--ssl-ca-location', caFile, '--api-key', 'not-used'],
    ...['--schema-registry', 'http://127.0.0.1:1', '--sasl-mechanism', 'OAUTHBEARER'],
    ...['--sasl-oauth-token-url', server.url, '--sasl-oauth-client-id', oauthClient.id],
    ...['--ssl-certificate', client.certificate, '--ssl-key', client.lockedKey],
    ...(how === 'flags' ? asFlags : []),
  ];
  const report = `--report-on-signal --report-signal=SIGUSR2 --report-dir=${reports}`;
  // The tests' own variable holds the password of a key.
  const env = { ...(how === 'flags' ? {} : byVariable), NODE_OPTIONS: report, ANTARES_TEST_KAFKA: '' };
  const started = startClient(t, args, env);
  const values = Object.values({ ...secrets, SSL_KEY_PASSWORD: client.password });
  values.push(secrets.SCHEMA_REGISTRY_AUTH.replace('user:', ''));
  return { client: started, dir, reports, topic, forms: formsOf(values) };
}

function assertHidden(text: string, forms: readonly string[], where: string): void {
  for (const form of forms) assert.ok(!text.includes(form), `${where} shows ${form}`);
}

function processTable(pid: number | undefined): string {
  return ['cmdline', 'comm', 'stat']
    .map((file) => readFileSync(`/proc/${String(pid)}/${file}`, 'latin1'))
    .join('\n');
}

async function endWell(client: Client): Promise<string> {
  client.process.kill('SIGTERM');
  const { code, stdout, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  return stdout + stderr;
}

for (const how of ['environment', 'flags'] as const) {
  test(
    `secrets given as ${how} are in no log, hook, child, dead letter, process table or crash report`,
    needsProc,
    async (t) => {
      const { client, dir, reports, topic, forms } = await startCurious(t, how);
      await client.says(/looked around/);
      await client.saved(join(dir, '_dead-letter', topic, '0-1.json'));
      assertHidden(processTable(client.process.pid), forms, 'the process table');
      client.process.kill('SIGUSR2');
      if (how === 'environment') await until('a report was written', () => readdirSync(reports).length > 0);
      const log = await endWell(client);
      assertHidden(log, forms, 'the log');
      for (const file of readdirSync(reports)) {
        assertHidden(readFileSync(join(reports, file), 'utf8'), forms, 'the crash report');
      }
      for (const file of readdirSync(dir, { recursive: true, encoding: 'utf8', withFileTypes: true })) {
        if (file.isFile())
          assertHidden(readFileSync(join(file.parentPath, file.name), 'latin1'), forms, file.name);
      }
    },
  );
}

test('help and complaints show no secret', needsProc, async (t) => {
  const forms = formsOf(Object.values(secrets).filter((value) => value !== ''));
  const { SECRET_PROPERTY, ...variables } = secrets;
  const env = { ...variables, ANTARES_KAFKA_API_KEY: 'k' };
  const config = join(newFolder(t), 'config.json');
  writeFileSync(config, `{"apiSecret": ${secrets.ANTARES_KAFKA_API_SECRET}, "topics": "t"}`);
  const server = ['--bootstrap-servers', 'localhost:1'];
  for (const args of [
    ['-h'],
    ['topic', '--no-such-option', '-v'],
    ['topic', '--config', config, '-v'],
    ['topic', ...server, '-X', `sasl.password=${SECRET_PROPERTY}`],
    [
      'topic',
      ...server,
      '--api-key',
      'k',
      '-X',
      `ssl.keystore.password=${SECRET_PROPERTY}`,
      '-X',
      'no.such.property=1',
    ],
    [
      'topic',
      ...server,
      '--schema-registry',
      `http://u:${encodeURIComponent('registry pass/word')}@localhost:1`,
    ],
    [
      'topic',
      ...server,
      '--api-key',
      'k',
      '--connect-timeout',
      '1s',
      '-v',
      '--security-protocol',
      'sasl_plaintext',
    ],
  ]) {
    const { stdout, stderr } = await startClient(t, args, env).ended;
    assert.ok((stdout + stderr).length > 0);
    assertHidden(stdout + stderr, forms, args.join(' '));
  }
});
