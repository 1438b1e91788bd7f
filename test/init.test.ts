import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadHook } from '../src/worker/process/hook.ts';
import { cliFile, newFolder, startClient } from './support/client.ts';
import { Session } from './support/session.ts';

const noTerminal = existsSync('/usr/bin/script') ? false : 'script(1) is not installed';

/** Nobody listens on port 1; the function is loaded before anybody is asked. */
const nobody = ['--bootstrap-servers', '127.0.0.1:1', '--connect-timeout', '300ms'];

function init(args: readonly string[], cwd?: string): { code: number | null; text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cliFile, 'init', ...args], {
    encoding: 'utf8',
    cwd,
  });
  return { code: status, text: `${stdout}${stderr}` };
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

test('at a terminal init asks, and writes a configuration and a function', {
  skip: noTerminal,
}, async (t) => {
  const dir = newFolder(t);
  const config = join(dir, 'mine.json');
  const session = new Session(t, dir, ['init', '--config', config]);
  await session.says(/Which broker\?/);
  session.type('\r');
  await session.says(/Which topics\?/);
  session.type('\r');
  await session.says(/It takes one at least/);
  session.type('a/b\r');
  await session.says(/a\/b is no topic name/);
  session.type('\x7f\x7f\x7fone, two\r');
  await session.says(/Which folder/);
  session.type('~/x\r');
  await session.says(/a path without ~/);
  session.type(`\x7f\x7f\x7f${join(dir, 'alerts')}\r`);
  await session.says(/Saved as what\?/);
  session.type('\x1b[B\r');
  await session.says(/A function of yours/);
  session.type('\x1b[B\r');
  assert.match(await session.end(), /mine\.json and .*process-alert\.mjs are written/);
  assert.deepEqual(read(config), {
    ...{ profile: 'antares', topics: ['one', 'two'], outputDir: join(dir, 'alerts'), output: 'ndjson' },
    process: join(dir, 'process-alert.mjs'),
  });
});

test('a file that is there is written over only when asked to', { skip: noTerminal }, async (t) => {
  const dir = newFolder(t);
  const config = join(dir, 'mine.json');
  writeFileSync(config, 'precious');
  const args = ['topic', '--profile', 'local', '-d', dir, '--output', 'json', '--config', config];
  const { code, text } = init([...args, '--yes']);
  assert.equal(code, 2);
  assert.match(text, /mine\.json is there already; nothing was written\. --force writes over it/);
  for (const [key, word] of [
    ['\r', 'precious'],
    ['y', '"profile": "local"'],
  ] as const) {
    const session = new Session(t, dir, ['init', ...args, '--hook', 'none']);
    await session.says(/Write over\?/);
    session.type(key);
    await session.end();
    assert.ok(readFileSync(config, 'utf8').includes(word), key);
  }
});

test('Ctrl-C at a question ends init, and nothing is written', { skip: noTerminal }, async (t) => {
  const dir = newFolder(t);
  const session = new Session(t, dir, ['init', '--config', join(dir, 'mine.json')]);
  await session.says(/Which broker\?/);
  session.type('\x03');
  assert.match(await session.end(), /Nothing was written/);
  assert.deepEqual(readdirSync(dir), []);
});

test('without a terminal init says what to do, and takes all answers as options', async (t) => {
  const dir = newFolder(t);
  const config = join(dir, 'mine.json');
  assert.match(
    init(['topic', '--config', config]).text,
    /this is none: give the answers as options, and --yes/,
  );
  assert.match(init(['--yes', '--config', config]).text, /With --yes init needs the topics/);
  assert.match(init(['a b', '--yes', '--config', config]).text, /a b is no topic name/);
  assert.match(init(['topic', '--yes', '--hook', 'perl']).text, /--hook perl cannot be used/);
  assert.deepEqual(readdirSync(dir), []);

  for (const hook of ['javascript', 'python']) {
    const args = ['topic', '--yes', '--force', '--profile', 'local', '--config', config, '--hook', hook];
    const { code, text } = init(args);
    assert.equal(code, 0, text);
    assert.doesNotMatch(text, /auth add/, 'where there is no login');
    const { stderr } = await startClient(t, ['--config', config, ...nobody]).ended;
    assert.match(stderr, /127\.0\.0\.1:1 cannot be reached/);
  }
  const processAlert = await loadHook(join(dir, 'process-alert.mjs'));
  const logger = { debug: () => undefined };
  assert.equal(await processAlert({ candid: 1n }, { topic: 't', offset: 0, logger } as never), undefined);
});

test('the function is found wherever the client is started, and credentials are spoken of where there is a login', (t) => {
  const dir = newFolder(t);
  mkdirSync(join(dir, 'sub'));
  const config = join('sub', 'c.json');
  const { code, text } = init(['topic', '--yes', '--config', config, '--hook', 'python'], dir);
  assert.equal(code, 0, text);
  assert.match(
    text,
    /^sub\/c\.json and sub\/process_alert\.py are written\.\nantares-client auth add antares /,
  );
  const { process: hook } = read(join(dir, config)) as { process: string };
  assert.equal(hook, join(dir, 'sub', 'process_alert.py'));
});
