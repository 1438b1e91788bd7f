import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { flagList } from '../src/flags.ts';
import { cliFile, newFolder, startClient } from './support/client.ts';
import { projectRoot } from './support/samples.ts';

async function scriptFor(t: TestContext, shell: string): Promise<string> {
  const { code, stdout, stderr } = await startClient(t, ['completion', shell]).ended;
  assert.equal(code, 0, stderr);
  const file = join(newFolder(t), shell);
  writeFileSync(file, stdout);
  return file;
}

/** What bash offers when the Tab key is hit behind these words. */
function offered(script: string, words: readonly string[]): string[] {
  const run = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _antares_client; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['-c', run, 'bash', script, 'antares-client', ...words], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
}

test('bash completes options, their values, subcommands and their own options', async (t) => {
  const script = await scriptFor(t, 'bash');
  assert.deepEqual(offered(script, ['topic', '--segm']), [
    '--segment-bytes',
    '--segment-alerts',
    '--segment-age',
  ]);
  assert.deepEqual(offered(script, ['topic', '--durability', '']), ['none', 'disk']);
  assert.deepEqual(offered(script, ['ver']), ['verify']);
  assert.deepEqual(offered(script, ['verify', '--ag']), ['--against']);
  assert.deepEqual(offered(script, ['verify', '--segm']), []);
  assert.deepEqual(offered(script, ['au']), ['auth']);
  // A file or a number: bash's own completion goes on.
  assert.deepEqual(offered(script, ['topic', '--config', '']), []);
});

for (const shell of ['zsh', 'fish']) {
  const missing = spawnSync(shell, ['--version']).error !== undefined;
  test(`${shell} takes its script`, { skip: missing ? `${shell} is not installed` : false }, async (t) => {
    const script = await scriptFor(t, shell);
    execFileSync(shell, ['-n', script]);
    const text = readFileSync(script, 'utf8');
    for (const [name] of flagList) assert.ok(text.includes(name), name);
  });
}

test('a shell that there is no script for ends with 2 and the names of those that there are', async (t) => {
  const { code, stderr } = await startClient(t, ['completion', 'csh']).ended;
  assert.equal(code, 2);
  assert.match(stderr, /no completion for csh; there is bash, zsh, fish/);
});

test('the manual page holds every option, and every subcommand with its own', () => {
  const page = readFileSync(join(projectRoot, 'build', 'man', 'antares-client.1'), 'utf8').replaceAll(
    '\\-',
    '-',
  );
  for (const [name] of flagList) assert.ok(page.includes(`--${name}`), name);
  for (const name of ['init', 'doctor', 'verify', 'redo', 'profiles', 'auth', 'simulate', 'completion'])
    assert.ok(page.includes(`.SS ${name}\n`), name);
  const verify = page.slice(page.indexOf('.SS verify'), page.indexOf('.SS redo'));
  assert.match(verify, /^\.B --against/m);
  assert.match(verify, /^With these options, as above: --profile, /m);
});

test('the manual page tells the words that an option takes, its default and its variable, and where logins are kept', () => {
  const page = readFileSync(join(projectRoot, 'build', 'man', 'antares-client.1'), 'utf8').replaceAll(
    '\\-',
    '-',
  );
  assert.match(page, /^\.B --stamps keep\|drop\|extract\n.*\[default: keep\]$/m);
  assert.match(page, /^\.B --api-key API-KEY\n.*\[\$ANTARES_KAFKA_API_KEY\]$/m);
  assert.match(page, /^\$XDG_CONFIG_HOME\/antares-client\/credentials\//m);
});

test('--version names the client, librdkafka with its features, and Node.js', () => {
  const text = execFileSync(process.execPath, [cliFile, '--version'], { encoding: 'utf8' });
  assert.match(
    text,
    /^antares-client \d+\.\d+\.\d+.*\nlibrdkafka 2\.\d+\.\d+ \(.*\bsasl_scram\b.*\)\nNode\.js v\d+/,
  );
});
