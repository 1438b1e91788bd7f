import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type ClientEnd, cliFile, filesIn, newFolder, startClient } from '../support/client.ts';
import { Session } from '../support/session.ts';

/** Runs the command with a configuration folder of its own and this as its standard input. */
function auth(home: string, args: readonly string[], input = ''): ClientEnd {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cliFile, 'auth', ...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, XDG_CONFIG_HOME: home },
  });
  assert.ok(!`${stdout}${stderr}`.includes('hush'), `the secret was printed: ${stdout}${stderr}`);
  return { code: status, stdout, stderr };
}

const fileIn = (home: string, name: string): string =>
  join(home, 'antares-client', 'credentials', `${name}.json`);

function kept(home: string, name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(fileIn(home, name), 'utf8')) as Record<string, unknown>;
}

test('user and secret come from a pipe, are listed without the secret, and go away', (t) => {
  const home = newFolder(t);
  const none = auth(home, ['list']);
  assert.deepEqual([none.code, none.stdout], [0, '']);
  assert.match(none.stderr, /^Nothing is stored yet; /);
  const { code, stdout, stderr } = auth(home, ['add', 'rubin'], 'me\nhush hush\r\n');
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /^The credentials of me for rubin are in .*rubin\.json\. They are for usdf\S+ only\.$/m,
  );
  assert.deepEqual(kept(home, 'rubin'), {
    kind: 'password',
    user: 'me',
    secret: 'hush hush',
    servers: 'usdf-alert-stream-dev.lsst.cloud:9094',
    tokenUrl: null,
  });
  assert.equal(statSync(fileIn(home, 'rubin')).mode & 0o777, 0o600);
  assert.equal(auth(home, ['add', 'gcn', '--user', 'my-client'], 'hush-2').code, 0);
  const { kind, user, secret, tokenUrl } = kept(home, 'gcn');
  assert.deepEqual(
    [kind, user, secret, tokenUrl],
    ['oauth', 'my-client', 'hush-2', 'https://auth.gcn.nasa.gov/oauth2/token'],
  );
  const list = auth(home, ['list']);
  assert.match(list.stdout, /^gcn +my-client +kafka\.gcn\.nasa\.gov:9092 +\/.*gcn\.json\nrubin +me +usdf/);
  assert.equal(auth(home, ['remove', 'gcn']).code, 0);
  assert.deepEqual(filesIn(home), ['antares-client/credentials/rubin.json']);
  const again = auth(home, ['remove', 'rubim']);
  assert.equal(again.code, 2);
  assert.match(
    again.stderr,
    /Nothing is stored for rubim; did you mean rubin\? antares-client auth list tells /,
  );
});

test("a user's own profile, and servers that an operator gave, are what the secret is for", (t) => {
  const home = newFolder(t);
  const config = join(home, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({ profiles: { ours: { title: 'O', bootstrapServers: 'ours:9092' } } }),
  );
  assert.equal(auth(home, ['add', 'ours', '--config', config], 'me\nhush').code, 0);
  assert.equal(kept(home, 'ours')['servers'], 'ours:9092');
  assert.equal(auth(home, ['add', 'fink-ztf', '--bootstrap-servers', 'given:1'], 'me\nhush').code, 0);
  assert.equal(kept(home, 'fink-ztf')['servers'], 'given:1');
});

test('what cannot be stored is refused with 2, one sentence and the cure, and nothing is written', (t) => {
  const home = newFolder(t);
  const cases: (readonly [args: string[], input: string, sentence: RegExp])[] = [
    [
      ['add', 'rubin'],
      '',
      /standard input must hold the user name or API key and secret or password, a line each/,
    ],
    [['add', 'rubin'], 'me\n', /a line each/],
    [['add', 'rubin'], 'me\nhush\nmore', /a line each/],
    [['add', 'rubin', '--user', 'me'], 'me\nhush', /a line each/],
    [['add', 'rubin'], `me\n${'hush'.repeat(20_000)}`, /a line each/],
    [['add', 'rubni'], 'me\nhush', /did you mean rubin\?/],
    [['add', 'lasair'], 'me\nhush', /lasair knows no login/],
    [['add', 'rubin', 'me', 'hush'], '', /a word too many; secrets are asked for/],
    [['add'], 'me\nhush', /Say antares-client auth add PROFILE/],
    [['list', 'rubin'], '', /Say antares-client auth add PROFILE/],
    [['show', 'rubin'], '', /Say antares-client auth add PROFILE/],
    [['remove', '../../etc'], '', /no name of a profile/],
    [[], '', /Say antares-client auth add PROFILE/],
  ];
  for (const [args, input, sentence] of cases) {
    const { code, stderr } = auth(home, args, input);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, sentence);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
  assert.deepEqual(filesIn(home), []);
});

test('list warns of what others can read, and one that is damaged does not hide the others', (t) => {
  const home = newFolder(t);
  for (const name of ['antares', 'hop', 'rubin']) auth(home, ['add', name], 'me\nhush');
  chmodSync(fileIn(home, 'hop'), 0o644);
  writeFileSync(fileIn(home, 'antares'), 'hush');
  const { code, stdout, stderr } = auth(home, ['list']);
  assert.equal(code, 2);
  assert.match(stdout, /^hop .*\nrubin /);
  assert.match(stderr, /Others can read the secret in .*hop\.json: chmod 600/);
  assert.match(stderr, /antares\.json cannot be used.*auth add antares stores them anew/);
});

const noTerminal = existsSync('/usr/bin/script') ? false : 'script(1) is not installed';

test('at a terminal both are asked for, and the secret is not shown', { skip: noTerminal }, async (t) => {
  const home = newFolder(t);
  const session = new Session(t, home, ['auth', 'add', 'rubin']);
  await session.says(/user name or API key: $/);
  session.type('me\n');
  await session.says(/secret or password \(not shown\): $/);
  session.type('hushh\x7f-hush\n');
  assert.match(await session.end(), /The credentials of me for rubin/);
  assert.equal(kept(home, 'rubin')['secret'], 'hush-hush');
  assert.doesNotMatch(session.shown, /hush/);
});

test('Ctrl-C and Ctrl-D at a question end it, and nothing is stored', { skip: noTerminal }, async (t) => {
  const home = newFolder(t);
  for (const key of ['\x03', '\x04']) {
    const session = new Session(t, home, ['auth', 'add', 'rubin', '--user', 'me']);
    await session.says(/secret or password \(not shown\): $/);
    session.type(key);
    assert.match(await session.end(), /Nothing was stored, for it takes the secret or password/);
  }
  assert.deepEqual(filesIn(home), []);
});

test('the client logs in with what is stored, and neither log nor doctor shows the secret', async (t) => {
  const home = newFolder(t);
  const profile = { title: 'O', bootstrapServers: '127.0.0.1:1', securityProtocol: 'sasl_plaintext' };
  const config = join(home, 'config.json');
  writeFileSync(config, JSON.stringify({ profile: 'ours', profiles: { ours: profile } }));
  const env = { XDG_CONFIG_HOME: home };
  const without = await startClient(t, ['t', '--config', config, '--on-error', 'skip'], env).ended;
  assert.equal(without.code, 2);
  assert.match(without.stderr, /The broker of the profile ours wants credentials|--security-protocol/);
  assert.equal(auth(home, ['add', 'ours', '--config', config], 'me\nhush-hush').code, 0);
  const args = ['t', '--config', config, '--connect-timeout', '1s', '-v', '--on-error', 'skip'];
  const { code, stdout, stderr } = await startClient(t, args, env).ended;
  assert.equal(code, 1, stderr);
  assert.doesNotMatch(`${stdout}${stderr}`, /hush/);
  const doctor = await startClient(t, ['doctor', 't', '--config', config], env).ended;
  assert.match(doctor.stdout, /api-key = me \(apiKey stored for ours\)/);
  assert.match(doctor.stdout, /api-secret = \[not shown\] \(apiSecret stored for ours\)/);
  assert.doesNotMatch(`${doctor.stdout}${doctor.stderr}`, /hush/);
});
