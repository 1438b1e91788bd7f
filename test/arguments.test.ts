import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCommandLine } from '../src/arguments.ts';
import { subcommands } from '../src/commands.ts';
import { ClientError } from '../src/errors.ts';
import { flagList } from '../src/flags.ts';
import { simulateCommand } from '../src/simulate/command.ts';
import { anyBroker, configOf } from './support/options.ts';
import { projectRoot } from './support/samples.ts';

const read = (...argv: string[]): ReturnType<typeof readCommandLine> =>
  readCommandLine(argv, [simulateCommand]);

async function refusal(...argv: string[]): Promise<string> {
  try {
    await read(...argv);
  } catch (error) {
    assert.ok(error instanceof ClientError, String(error));
    assert.equal(error.code, 'USAGE');
    assert.equal(error.exitCode, 2);
    return error.message;
  }
  return assert.fail(`${argv.join(' ')} is taken`);
}

test('every option is also known in snake_case, with = and without', async () => {
  for (const [name, { isSwitch, repeatable }] of flagList) {
    const snake = `--${name.replaceAll('-', '_')}`;
    const expected = isSwitch === true ? true : repeatable === true ? ['a_b-c'] : 'a_b-c';
    const spellings = isSwitch === true ? [[snake]] : [[snake, 'a_b-c'], [`${snake}=a_b-c`]];
    for (const words of spellings)
      assert.deepEqual((await read('topic_a', ...words))?.given[name], expected, words.join(' '));
  }
});

test('a typo in any option is refused, and the option that was meant is named', async () => {
  for (const [name] of flagList) {
    const typo = `--${name.slice(0, 1)}${name.slice(2)}`;
    const text = await refusal('topic', typo, 'x');
    assert.ok(text.includes(typo), text);
    assert.match(text, /did you mean --[a-zA-Z-]+\?/);
  }
  assert.match(await refusal('topic', '--output-dri', 'x'), /did you mean --output-dir\?/);
});

test("a typo in a subcommand's option names one of that subcommand", async () => {
  assert.match(await refusal('simulate', '--cuont', '3'), /--cuont; did you mean --count\?/);
});

test('an option without its value is refused', async () => {
  for (const [name, { isSwitch }] of flagList)
    if (isSwitch !== true) assert.match(await refusal('topic', `--${name}`), new RegExp(name));
});

test("the original's command line is taken as it is", async () => {
  const { topics, output, broker } = await configOf(
    'extragalactic_staging,loci --api_key key --api_secret secret --ssl_ca_location /dev/null --output_directory out -g me -v'.split(
      ' ',
    ),
  );
  assert.deepEqual(topics.kafkaNames, ['client.extragalactic_staging', 'client.loci']);
  assert.match(String(output.dir), /\/out$/);
  assert.deepEqual(
    [broker.username, broker.password, broker.group, broker.caLocation, broker.securityProtocol],
    ['key', 'secret', 'me', '/dev/null', 'sasl_ssl'],
  );
});

test('values may look like numbers, options or lists', async () => {
  const { broker } = await configOf(['topic', ...anyBroker, '-g', '007', '-X', 'a.b=c=d,e', '-X', 'f=']);
  assert.equal(broker.group, '007');
  assert.deepEqual(broker.properties, { 'a.b': 'c=d,e', f: '' });
});

test('the help names every option', async (t) => {
  const lines: string[] = [];
  t.mock.method(console, 'log', (text: string) => lines.push(text));
  const exit = t.mock.method(process, 'exit', () => {
    throw new Error('exit');
  });
  await read('--help').catch(() => null);
  assert.ok(exit.mock.callCount() > 0);
  for (const [name] of flagList) assert.ok(lines.join('\n').includes(`--${name}`), name);
});

test('every command that the documents show is one that the client takes', async () => {
  const commands = ['README.md', 'docs/architecture.md', 'certs/README.md']
    .flatMap((file) => readFileSync(join(projectRoot, file), 'utf8').split('\n'))
    .map((line) => /^\$ (?:npx )?antares-client (.*)$/.exec(line)?.[1])
    .filter((words) => words !== undefined)
    .map((words) => (words.split(/ [|>] /)[0] ?? '').match(/'[^']*'|"[^"]*"|\S+/g) ?? [])
    .map((words) => words.map((word) => word.replace(/^(['"])(.*)\1$/, '$2')));
  assert.ok(commands.length > 0);
  // Only read, not run.
  const others = subcommands({}).map((each) => ({ ...each, handler: () => undefined }));
  for (const words of commands) {
    const isMain = (await readCommandLine(words, others)) !== null;
    if (isMain) await configOf(words, { 'api-key': 'key', 'api-secret': 'secret' });
  }
});
