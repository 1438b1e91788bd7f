import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Login, LoginStore, userLogins } from '../../src/auth/login-store.ts';
import { ClientError } from '../../src/errors.ts';
import { redact } from '../../src/secrets.ts';
import { newFolder } from '../support/client.ts';
import { projectRoot } from '../support/samples.ts';

const login: Login = {
  kind: 'password',
  user: 'me',
  secret: 'hush-hush',
  servers: 'kafka.example.org:9092',
  tokenUrl: null,
};
const silent = (text: string): void => {
  assert.fail(text);
};

function newStore(t: TestContext): { folder: string; store: LoginStore } {
  const folder = join(newFolder(t), 'antares-client', 'credentials');
  return { folder, store: new LoginStore(folder) };
}

test('a login comes back as it was kept, and only its user can read it', (t) => {
  const { folder, store } = newStore(t);
  assert.deepEqual(store.names(), []);
  assert.equal(store.get('rubin', silent), null);
  const before = process.umask(0);
  store.put('rubin', login, silent);
  process.umask(before);
  assert.deepEqual(store.get('rubin', silent), login);
  assert.deepEqual(store.names(), ['rubin']);
  assert.equal(statSync(store.pathOf('rubin')).mode & 0o777, 0o600);
  for (const each of [folder, join(folder, '..')]) assert.equal(statSync(each).mode & 0o777, 0o700, each);
  assert.equal(store.remove('rubin'), true);
  assert.equal(store.remove('rubin'), false);
  assert.deepEqual(readdirSync(folder), []);
});

test('what others can read or look into is warned about, and writing anew closes the file', (t) => {
  const { folder, store } = newStore(t);
  store.put('rubin', login, silent);
  chmodSync(store.pathOf('rubin'), 0o640);
  chmodSync(folder, 0o755);
  const warnings: string[] = [];
  store.get('rubin', (text) => warnings.push(text));
  assert.deepEqual(
    warnings.map((text) => /chmod \d+ .*$/.exec(text)?.[0]),
    [`chmod 600 ${store.pathOf('rubin')}`, `chmod 700 ${folder}`],
  );
  chmodSync(folder, 0o700);
  store.put('rubin', login, silent);
  store.get('rubin', silent);
});

test('a secret that was read from the store is taken out of everything that is printed', (t) => {
  const { store } = newStore(t);
  store.put('rubin', { ...login, secret: 'from/the store' }, silent);
  assert.equal(store.get('rubin', silent)?.secret, 'from/the store');
  assert.equal(redact('from/the store and from%2Fthe%20store'), '[secret] and [secret]');
});

test('what is no login is refused without a word of what it holds', (t) => {
  const { store } = newStore(t);
  store.put('rubin', login, silent);
  for (const text of ['{"secret": hush-hush}', '{"user": "me", "secret": "hush-hush"}', '']) {
    writeFileSync(store.pathOf('rubin'), text);
    assert.throws(
      () => store.get('rubin', silent),
      (error: unknown) =>
        error instanceof ClientError &&
        error.code === 'CONFIG' &&
        error.message.includes('auth add rubin stores them anew') &&
        !error.message.includes('hush') &&
        error.cause === undefined,
    );
  }
});

test('no name leads out of the folder', (t) => {
  const { store } = newStore(t);
  for (const name of ['../rubin', '..', '', 'a/b', '.hidden'])
    assert.throws(() => store.get(name, silent), /no name of a profile/);
});

test('a writer that is killed at any moment leaves the old login or the new one, and its leavings go with the next', async (t) => {
  const { folder, store } = newStore(t);
  const secrets = ['a'.repeat(50_000), 'b'.repeat(50_000)];
  const script = `
    const { LoginStore } = await import(${JSON.stringify(pathToFileURL(join(projectRoot, 'build/src/auth/login-store.js')).href)});
    const store = new LoginStore(process.argv[1]);
    for (let n = 0; ; n++) {
      const secret = 'ab'[n % 2].repeat(50_000);
      store.put('rubin', { ...${JSON.stringify(login)}, secret }, () => undefined);
      if (n === 3) console.log('running');
    }`;
  for (let round = 0; round < 5; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'close');
    const { secret = '' } = store.get('rubin', silent) ?? {};
    assert.ok(secrets.includes(secret), `round ${round}: ${secret.length} characters`);
  }
  store.put('rubin', login, silent);
  assert.deepEqual(readdirSync(folder), ['rubin.json']);
});

test('a login that cannot be written leaves nothing of the secret behind', (t) => {
  const { folder, store } = newStore(t);
  mkdirSync(join(folder, 'rubin.json'), { recursive: true, mode: 0o700 });
  assert.throws(() => {
    store.put('rubin', login, silent);
  }, /rubin\.json cannot be written/);
  assert.deepEqual(readdirSync(folder), ['rubin.json']);
});

test('logins are in $XDG_CONFIG_HOME; a relative one counts as none', (t) => {
  const home = newFolder(t);
  const pathWith = (env: NodeJS.ProcessEnv): string => userLogins(env)?.pathOf('rubin') ?? '';
  assert.equal(pathWith({ XDG_CONFIG_HOME: home }), join(home, 'antares-client/credentials/rubin.json'));
  for (const env of [{}, { XDG_CONFIG_HOME: '' }, { XDG_CONFIG_HOME: 'relative' }])
    assert.match(pathWith(env), /^\/.*\/\.config\/antares-client\/credentials\/rubin\.json$/);
  userLogins({ XDG_CONFIG_HOME: home })?.put('rubin', login, silent);
  assert.equal((JSON.parse(readFileSync(pathWith({ XDG_CONFIG_HOME: home }), 'utf8')) as Login).user, 'me');
});
