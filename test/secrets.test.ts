import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { redact, rememberSecret } from '../src/secrets.ts';
import { newFolder } from './support/client.ts';
import { anyBroker, configOf } from './support/options.ts';

test('a secret is taken out as it is, as JSON shows it, and as an address shows it', () => {
  const secret = 'qu"ote\\slash/ömläut\n';
  rememberSecret(secret);
  for (const text of [secret, JSON.stringify({ a: secret }), encodeURIComponent(secret)])
    assert.match(redact(text), /^(\{"a":")?\[secret\]("\})?$/);
});

test('of two secrets that begin alike nothing is left of either', () => {
  rememberSecret('alpha-beta');
  rememberSecret('alpha-beta-gamma');
  rememberSecret('alpha');
  assert.equal(redact('alpha-beta-gamma alpha-beta alpha'), '[secret] [secret] [secret]');
});

test('a configuration file that is no JSON is refused without a word of what it holds', async (t) => {
  const file = join(newFolder(t), 'config.json');
  for (const text of [
    '{"apiSecret": hush-hush}',
    '{\n"apiSecret": "hush-hush" "x"}',
    '{"apiSecret": "hush-hush',
  ]) {
    writeFileSync(file, text);
    await assert.rejects(configOf(['t', '--config', file]), (error: Error) => {
      assert.match(error.message, /config\.json cannot be read: it is not JSON( \(line \d\))?\.$/);
      assert.equal(error.cause, undefined);
      return true;
    });
  }
  writeFileSync(file, '{"property": {"ssl.keystore.password": "hush-hush"}}');
  await assert.rejects(configOf(['t', '--config', file]), /^(?!.*hush).*must be KEY=VALUE/);
});

test('files with secrets that others can read are warned about: keys, passwords, configurations', async (t) => {
  const dir = newFolder(t);
  const file = (name: string, text: string, mode: number): string => {
    writeFileSync(join(dir, name), text, { mode });
    return join(dir, name);
  };
  const warningsFor = async (mode: number): Promise<string[]> => {
    const at = (name: string, text = 'hush-hush'): string => file(`${name}-${mode}`, text, mode);
    const { warnings } = await configOf([
      ...['t', ...anyBroker, '--config', at('config', '{"schemaRegistryAuth": "user:hush-hush"}')],
      ...['--ssl-certificate', at('cert'), '--ssl-key', at('key'), '--security-protocol', 'sasl_ssl'],
      ...['--sasl-mechanism', 'OAUTHBEARER', '--sasl-oauth-token-url', 'https://x.invalid/'],
      ...['--sasl-oauth-client-id', 'id', '--sasl-oauth-client-secret-file', at('secret')],
    ]);
    return warnings.filter((warning) => warning.includes('chmod 600'));
  };
  assert.deepEqual(await warningsFor(0o600), []);
  const warned = await warningsFor(0o644);
  for (const name of ['config', 'key', 'secret'])
    assert.equal(warned.filter((warning) => warning.includes(`${name}-`)).length, 1, name);
  assert.equal(warned.length, 3);
});
