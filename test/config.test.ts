import assert from 'node:assert/strict';
import { chmodSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { serverAddresses } from '../src/server-address.ts';
import { ClientError } from '../src/errors.ts';
import { flagList } from '../src/flags.ts';
import { readSecretFile, redact, rememberSecret, takeEnvironment } from '../src/secrets.ts';
import { newFolder } from './support/client.ts';
import { anyBroker, configOf } from './support/options.ts';

function fileOf(t: TestContext, content: unknown): string {
  const file = join(newFolder(t), 'config.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

async function refusal(argv: readonly string[], environment: Record<string, string> = {}): Promise<string> {
  try {
    await configOf(argv, environment);
  } catch (error) {
    assert.ok(error instanceof ClientError, String(error));
    assert.equal(error.code, 'CONFIG');
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  return assert.fail(`${argv.join(' ')} is taken`);
}

test('sizes have the units of the SI, and binary ones where that is said', async () => {
  for (const [text, bytes] of [
    ['70000', 70_000],
    ['500B', 500],
    ['1.5kB', 1_500],
    ['500KB', 500_000],
    ['4MB', 4_000_000],
    ['1GB', 1_000_000_000],
    ['2KiB', 2_048],
    ['4MiB', 4_194_304],
    ['1GiB', 1_073_741_824],
  ] as const) {
    const { read } = await configOf(['ztf', ...anyBroker, '--max-in-flight-bytes', text]);
    assert.equal(read.maxInFlightBytes, bytes, text);
  }
});

test('a flag comes before the environment, that before the file, that before the default', async (t) => {
  const file = fileOf(t, {
    topics: 'from_file',
    apiKey: 'file',
    apiSecret: 'file',
    group: 'file',
    indent: 2,
  });
  const config = ['--config', file, '--host', 'localhost'];
  const all = await configOf([...config, '--api-key', 'flag'], { 'api-key': 'env', 'api-secret': 'env' });
  assert.deepEqual(
    [
      all.broker.username,
      all.broker.password,
      all.broker.group,
      all.output.indent,
      all.pool.processTimeoutMs,
    ],
    ['flag', 'env', 'file', 2, 60_000],
  );
  assert.deepEqual(all.topics.kafkaNames, ['from_file']);
  assert.deepEqual((await configOf(['from_flag', ...config])).topics.kafkaNames, ['from_flag']);
  assert.equal((await configOf(['t', ...anyBroker])).broker.group, hostname());
});

test('a configuration file may spell its keys in camelCase, snake_case and kebab-case', async (t) => {
  for (const key of ['outputDir', 'output_dir', 'output-dir']) {
    const file = fileOf(t, { topics: ['t'], bootstrapServers: 'b:1', [key]: '/somewhere' });
    assert.equal((await configOf(['--config', file])).output.dir, '/somewhere');
  }
});

test('an unknown key of a configuration file is named, with the one that was meant', async (t) => {
  const file = fileOf(t, { outputDirr: 'x' });
  const text = await refusal(['t', '--config', file]);
  assert.ok(text.includes(file) && text.includes('outputDirr'), text);
  assert.match(text, /did you mean outputDir\?/);
});

test('a wrong value is named with its key and what is allowed, wherever it was given', async (t) => {
  assert.equal(
    await refusal(['t', ...anyBroker, '--durability', 'disc']),
    '--durability disc cannot be used: it must be one of none, disk.',
  );
  const file = fileOf(t, { indent: 'four' });
  assert.equal(
    await refusal(['t', ...anyBroker, '--config', file]),
    `indent: four in ${file} cannot be used: it must be a whole number from 0 to 16.`,
  );
  for (const [option, value, allowed] of [
    ['--limit', '0', /whole number from 1/],
    ['--limit', '1e3', /whole number from 1/],
    ['--port', '65536', /from 1 to 65535/],
    ['--stall-timeout', '5', /500ms, 20s, 5m or 1h/],
    ['--batch-bytes', '5 MB', /64MB/],
    ['--start-at', '2026-11-24T03:00:00', /must be a time with its zone, such as 2026-11-24T03:00:00Z\.$/],
    ['--stop-at', '2026-11-24T03:00', /must be a time with its zone/],
    ['--stop-at', 'tomorrow', /must be a time such as/],
    ['--schema-registry', 'ftp://registry', /http/],
    ['--schema-registry', 'registry:8081', /http/],
  ] as const) {
    const text = await refusal(['t', '--host', 'h', option, value]);
    assert.ok(text.startsWith(`${option} ${value} `), text);
    assert.match(text, allowed);
  }
});

test('an address that no broker can have is refused, with the part of it that is wrong', async (t) => {
  for (const [option, value, wrong] of [
    [
      '--bootstrap-servers',
      'localhost:99999',
      /the port of localhost:99999 must be a number from 1 to 65535/,
    ],
    ['--bootstrap-servers', 'a:1,localhost:abc', /the port of localhost:abc must be/],
    ['--bootstrap-servers', 'localhost:0', /the port of localhost:0 must be/],
    ['--bootstrap-servers', 'localhost:', /the port of localhost: must be/],
    ['--bootstrap-servers', '[::1]:x', /the port of \[::1\]:x must be/],
    ['--bootstrap-servers', 'http://localhost:9092', /http:\/\/ in http:\/\/localhost:9092 is none of Kafka/],
    ['--bootstrap-servers', 'a:1 b:2', /a:1 b in a:1 b:2 is neither/],
    ['--bootstrap-servers', ':9092', /:9092 names no host/],
    ['--bootstrap-servers', ' , ', /it names no server/],
    ['--host', 'localhost:9092', /localhost:9092 names a port, which goes into --port/],
    ['--host', '::1', /needs brackets: \[::1\]/],
  ] as const) {
    const text = await refusal(['t', option, value]);
    assert.ok(text.startsWith(`${option} ${value} cannot be used: it must be `), text);
    assert.match(text, wrong);
  }
  const profiles = { mine: { title: 'Mine', bootstrapServers: 'localhost:99999' } };
  assert.match(
    await refusal(['t', '--config', fileOf(t, { profiles, profile: 'mine' })]),
    /^bootstrapServers: localhost:99999 of the profile mine cannot be used/,
  );
  assert.match(
    await refusal(['t', '--config', fileOf(t, { host: 'localhost:9092' })]),
    /^host: localhost:9092 in .*config\.json cannot be used/,
  );
});

test('every form of address that librdkafka takes is taken', async () => {
  for (const servers of [
    'localhost',
    'kafka_1.example.org:9092',
    '[::1]:9092',
    '::1',
    '[fe80::1%eth0]:9092',
    ' a:1, b:2,,c ',
    'PLAINTEXT://localhost:9092',
    'plaintext://localhost:9092/path',
  ]) {
    assert.equal((await configOf(['t', '--bootstrap-servers', servers])).broker.bootstrapServers, servers);
  }
  assert.equal((await configOf(['t', '--host', '[::1]'])).broker.bootstrapServers, '[::1]:9092');
  assert.deepEqual(
    serverAddresses('SASL_SSL://a:1/path, [::1]:2,::1').map(({ host, port }) => [host, port]),
    [
      ['a', 1],
      ['::1', 2],
      ['::1', 9092],
    ],
  );
});

test('a server with another protocol before its name than is spoken is refused', async () => {
  const servers = ['t', '--bootstrap-servers', 'a:1,SSL://b:2'];
  assert.match(
    await refusal(servers),
    /^SSL:\/\/b:2 cannot be used with the security protocol plaintext: give --security-protocol ssl,/,
  );
  await configOf([...servers, '--security-protocol', 'ssl']);
});

test('a configuration file that is no object, no JSON or not there is named', async (t) => {
  for (const content of ['[]', 'null', '{', '{"topics": 3}']) {
    const file = fileOf(t, content);
    assert.ok((await refusal(['t', '--config', file])).includes(file));
  }
  assert.equal(
    await refusal(['t', '--config', '/nowhere/c.json']),
    '--config /nowhere/c.json cannot be read: there is no such file.',
  );
  assert.equal(await refusal(['t', '--config', '/dev']), '--config /dev cannot be read: it is a folder.');
});

test('an option that is given nothing is named without a gap', async () => {
  assert.equal(
    await refusal(['t', ...anyBroker, '--group', '']),
    '--group cannot be used: it must be some text.',
  );
});

test('an option that is given twice is refused', async () => {
  assert.match(await refusal(['t', ...anyBroker, '-g', 'a', '-g', 'b']), /--group was given 2 times/);
});

test('the ANTARES cluster without credentials names both options and both variables', async () => {
  const text = await refusal(['t']);
  for (const word of ['--api-key', '--api-secret', 'ANTARES_KAFKA_API_KEY', 'ANTARES_KAFKA_API_SECRET'])
    assert.ok(text.includes(word), text);
});

test('half of the credentials is refused', async () => {
  assert.match(await refusal(['t', ...anyBroker, '--api-key', 'k']), /key but no secret/);
  assert.match(await refusal(['t', ...anyBroker], { 'api-secret': 's' }), /secret but no key/);
});

test('credentials turn SASL_SSL and PLAIN on; another address without them is plain text', async () => {
  const plain = (await configOf(['t', ...anyBroker])).broker;
  assert.equal(plain.securityProtocol, 'plaintext');
  const { securityProtocol, saslMechanism } = (
    await configOf(['t', ...anyBroker], { 'api-key': 'k', 'api-secret': 's' })
  ).broker;
  assert.deepEqual([securityProtocol, saslMechanism], ['sasl_ssl', 'PLAIN']);
});

test("the built-in address is today's ANTARES cluster, and its topics are those behind client.", async () => {
  const { topics, broker } = await configOf(['test', 'client.loci', '^extra.*'], {
    'api-key': 'k',
    'api-secret': 's',
  });
  assert.ok(broker.isAntares);
  assert.deepEqual(topics.kafkaNames, ['client.test', 'client.loci', '^client\\.extra.*']);
  assert.equal(topics.prefix, 'client.');
});

test('topics are split at commas and blanks; a pattern is not', async () => {
  const { topics } = await configOf(['a,b', 'c', '^ztf_\\d{1,3}', 'a,', ...anyBroker]);
  assert.deepEqual(topics.kafkaNames, ['a', 'b', 'c', '^ztf_[0-9]{1,3}']);
});

test('no topic, a name that is none and a pattern that is none are refused', async () => {
  assert.match(await refusal([]), /No topic was given/);
  assert.match(await refusal([',', ...anyBroker]), /No topic was given/);
  assert.match(await refusal(['a/b', ...anyBroker]), /a\/b is no topic name/);
  assert.match(await refusal(['^(', ...anyBroker]), /no regular expression/);
});

test('a file that does not exist is named', async () => {
  for (const option of ['--ssl-ca-location', '--process', '--schema-dir', '--schema-registry-ca'])
    assert.equal(
      await refusal(['t', ...anyBroker, option, '/nowhere']),
      `${option} /nowhere does not exist.`,
    );
});

test('what a configuration file names and is not there, or is of the wrong kind, is told with the file and the whole path', async (t) => {
  const told = async (options: object): Promise<string> => {
    const file = fileOf(t, { bootstrapServers: 'b:1', ...options });
    return (await refusal(['t', '--config', file])).replace(file, 'FILE');
  };
  const whole = resolve('sub/hook.py');
  assert.equal(
    await told({ process: 'sub/hook.py' }),
    `process: sub/hook.py in FILE does not exist: there is no ${whole}.`,
  );
  assert.equal(
    await refusal(['t', ...anyBroker, '--process', 'sub/hook.py']),
    `--process sub/hook.py does not exist: there is no ${whole}.`,
  );
  assert.match(await told({ process: '/dev' }), /^process: \/dev in FILE is no file of JavaScript/);
  assert.equal(await told({ schemaDir: '/dev/null' }), 'schemaDir: /dev/null in FILE is no folder.');
  assert.match(
    await told({ apiKey: 'k', apiSecretFile: '/no' }),
    /^apiSecretFile: \/no in FILE cannot be read: there is no such file\.$/,
  );
  assert.match(await told({ cone: ['1,2'] }), /^cone: 1,2 in FILE cannot be used/);
  assert.match(await told({ fields: 'a,,b' }), /^fields: a,,b in FILE cannot be used/);
  assert.match(await told({ where: 'a >' }), /^where in FILE cannot be used: /);
});

test('a path that begins with ~, which no shell has replaced, is refused', async (t) => {
  const wanted = 'cannot be used: it must be a path without ~, which only shells replace.';
  assert.equal(await refusal(['t', ...anyBroker, '-d', '~/alerts']), `--output-dir ~/alerts ${wanted}`);
  const file = fileOf(t, { bootstrapServers: 'b:1', outputDir: '~' });
  assert.equal(await refusal(['t', '--config', file]), `outputDir: ~ in ${file} ${wanted}`);
  assert.match((await configOf(['t', ...anyBroker, '-d', '~x'])).output.dir ?? '', /\/~x$/);
});

test('what holds no function is refused as the file of one, before any broker is asked', async (t) => {
  for (const hook of [newFolder(t), fileOf(t, {})])
    assert.equal(
      await refusal(['t', ...anyBroker, '--process', hook]),
      `--process ${hook} is no file of JavaScript, TypeScript or Python (.js .mjs .cjs .ts .mts .cts .py); --process-command runs any program.`,
    );
});

test('a link to a hook needs no extension of its own', async (t) => {
  const dir = newFolder(t);
  const file = join(dir, 'hook.py');
  writeFileSync(file, '');
  symlinkSync(file, join(dir, 'tonight'));
  const { pool } = await configOf(['t', ...anyBroker, '--process', join(dir, 'tonight')]);
  assert.equal(pool.processFile, realpathSync(file));
});

test('a login in an address is refused and not shown', async () => {
  for (const option of ['--bootstrap-servers', '--host']) {
    const text = await refusal(['t', option, 'user:PASSWORD@host.example:9092']);
    assert.match(text, /no user and no password: these go into --api-key and ANTARES_KAFKA_API_SECRET/);
    assert.doesNotMatch(text, /user:|PASSWORD/);
  }
});

test('a configuration file may list what is a list, and a list of anything else is refused', async (t) => {
  const file = fileOf(t, { partitions: [0, 2] });
  assert.deepEqual((await configOf(['t', ...anyBroker, '--config', file])).topics.partitions, [0, 2]);
  const wrong = fileOf(t, { group: ['a', 'b'] });
  assert.equal(
    await refusal(['t', ...anyBroker, '--config', wrong]),
    `group in ${wrong} is a list; it takes one value.`,
  );
});

test('a file in the place of the folder of schemas is refused', async (t) => {
  const file = fileOf(t, {});
  assert.equal(
    await refusal(['t', ...anyBroker, '--schema-dir', file]),
    `--schema-dir ${file} is no folder.`,
  );
});

test('without a folder a bad message stops the client, and dead letters are refused', async () => {
  assert.equal((await configOf(['t', ...anyBroker])).errors.onError, 'stop');
  assert.equal((await configOf(['t', ...anyBroker, '-d', 'x'])).errors.onError, 'dead-letter');
  assert.match(
    await refusal(['t', ...anyBroker, '--on-error', 'dead-letter']),
    /needs a folder as --output-dir/,
  );
});

test('no refusal shows a secret', async (t) => {
  const secret = 'hunter2-very-secret';
  const file = fileOf(t, { apiSecret: [secret] });
  for (const text of [
    await refusal(['t', ...anyBroker, '--config', file, '--api-key', 'k']),
    await refusal(['t', ...anyBroker, '--api-secret', secret]),
    await refusal(['t', ...anyBroker, '--schema-registry-auth', secret]),
  ])
    assert.ok(!text.includes(secret), text);
});

test('a secret that is given as a flag is warned about once; from elsewhere it is not', async () => {
  const { warnings } = await configOf(['t', ...anyBroker, '--api-key', 'k', '--api-secret', 's3cret']);
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]), /ps .*history.*ANTARES_KAFKA_API_SECRET or --api-secret-file/);
  const quiet = await configOf(['t', ...anyBroker], { 'api-key': 'k', 'api-secret': 's3cret' });
  assert.deepEqual(quiet.warnings, []);
});

test('secrets are taken out of the environment; other variables stay', () => {
  const env: NodeJS.ProcessEnv = {
    ANTARES_KAFKA_API_KEY: 'k',
    ANTARES_KAFKA_API_SECRET: 's',
    SCHEMA_REGISTRY_AUTH: 'u:p',
    SASL_OAUTH_CLIENT_SECRET: 'o',
    SSL_KEY_PASSWORD: 'p',
    SSL_CA_LOCATION: '',
    HOME: '/root',
  };
  assert.deepEqual(takeEnvironment(env), {
    'api-key': 'k',
    'api-secret': 's',
    'schema-registry-auth': 'u:p',
    'sasl-oauth-client-secret': 'o',
    'ssl-key-password': 'p',
  });
  const secrets = flagList.filter(([, { secret }]) => secret === true).map(([, { env: name }]) => name);
  assert.equal(secrets.length, 4);
  for (const name of secrets) assert.ok(name === undefined || !(name in env));
  assert.equal(env['HOME'], '/root');
});

test("a secret's file is read without its last line's end; one that others can read is warned about", (t) => {
  const file = join(newFolder(t), 'secret');
  const warnings: string[] = [];
  const warn = (text: string): unknown => warnings.push(text);
  writeFileSync(file, ' s3cret \r\n', { mode: 0o600 });
  assert.equal(readSecretFile('api-secret-file', file, warn), ' s3cret ');
  assert.deepEqual(warnings, []);
  chmodSync(file, 0o644);
  readSecretFile('api-secret-file', file, warn);
  assert.match(String(warnings[0]), /chmod 600/);
  writeFileSync(file, '\n');
  assert.throws(() => readSecretFile('api-secret-file', file, warn), /is empty/);
  assert.throws(() => readSecretFile('api-secret-file', join(file, 'x'), warn), { code: 'CONFIG' });
});

test('what was remembered as secret is taken out of any text', () => {
  rememberSecret('correct.horse*');
  assert.equal(redact('a correct.horse* b correct.horse*'), 'a [secret] b [secret]');
});

test('standard output takes alerts one a line, and no option that is about files', async () => {
  const pipe = ['t', ...anyBroker, '-d', '-'];
  const { output, errors } = await configOf(pipe);
  assert.deepEqual([output.dir, output.toPipe, errors.onError], [null, true, 'stop']);
  await assert.rejects(configOf([...pipe, '--output', 'raw']), { code: 'CONFIG', message: /needs a folder/ });
  for (const more of [
    ['--compress', 'gzip'],
    ['--path', '{topic}'],
    ['--indent', '2'],
    ['--durability', 'none'],
  ])
    await assert.rejects(configOf([...pipe, ...more]), { code: 'CONFIG', message: /about files/ });
  await assert.rejects(configOf([...pipe, '--on-error', 'dead-letter']), { code: 'CONFIG' });
});

test('the caret under a filter stands where it is wrong, in the filter as it is shown', async () => {
  for (const [filter, at] of [
    ['candid > 1 and\n\tfoo(2) > 1', 'foo('],
    ['a in [1] and b > [2]', '[2'],
    ['a > 1 b', 'b'],
    ['a > )', ')'],
    [`${'a > 1 and '.repeat(30)}foo(2)${' and a > 1'.repeat(30)}`, 'foo('],
  ] as const) {
    const [sentence, shown = '', caret = ''] = (
      await refusal(['t', ...anyBroker, '-d', 'x', '--where', filter])
    ).split('\n');
    assert.match(sentence ?? '', /^--where cannot be used: /);
    assert.equal(caret.trim(), '^');
    assert.ok(shown.length < 80, shown);
    assert.equal(shown.slice(caret.indexOf('^')).indexOf(at), 0, `${shown}\n${caret}`);
  }
});

test('stamps are extracted only where there is a folder for their files', async () => {
  const extract = ['t', ...anyBroker, '--stamps', 'extract'];
  assert.equal((await configOf([...extract, '-d', 'x'])).select.stamps, 'extract');
  for (const output of ['ndjson', 'avro', 'parquet']) {
    const { select } = await configOf([...extract, '-d', 'x', '--output', output]);
    assert.equal(select.stamps, 'extract');
  }
  for (const wrong of [[], ['-d', '-']])
    assert.match(await refusal([...extract, ...wrong]), /--stamps extract .* needs a folder as --output-dir/);
});

test('with segments --path is the folder of their files; without it there is one at a time', async () => {
  const args = ['t', ...anyBroker, '-d', 'x', '--output', 'ndjson'];
  assert.equal((await configOf(args)).output.layout, null);
  const { output } = await configOf([...args, '--path', '{topic}/{night}']);
  assert.deepEqual([output.layout, output.pathTemplate], ['{topic}/{night}', '{topic}/{night}/{alert_id}']);
  await assert.rejects(configOf(['t', ...anyBroker, '-d', 'x', '--output', 'raw', '--path', '{topic}']), {
    code: 'CONFIG',
  });
});

test('raw segments take the format that a filter reads messages by, and no other', async () => {
  const args = ['t', ...anyBroker, '-d', 'x', '--output', 'raw', '--format', 'hop'];
  assert.equal((await configOf([...args, '--where', 'candid > 1'])).decode.format, 'hop');
  assert.equal((await configOf([...args, '--cone', '10,20,1deg'])).decode.format, 'hop');
  assert.match(await refusal(args), /--format has no meaning with --output raw/);
});

test('the configuration cannot be changed later', async () => {
  const config = await configOf(['t', ...anyBroker, '-X', 'fetch.min.bytes=1']);
  assert.throws(() => {
    (config.broker.properties as Record<string, string>)['group.id'] = 'x';
  }, TypeError);
});
