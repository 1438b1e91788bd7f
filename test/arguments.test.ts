import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCommandLine } from '../src/arguments.ts';
import { ClientError } from '../src/errors.ts';
import { flagList } from '../src/flags.ts';
import { subcommands } from '../src/commands.ts';
import { collectWords } from '../src/shell/words.ts';
import { anyBroker, configOf } from './support/options.ts';

const read = (...argv: string[]): ReturnType<typeof readCommandLine> =>
  readCommandLine(argv, subcommands({}));

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

/** Every command with the words that it wants, and the names of its options. */
const commands = [
  { words: ['topic'], help: 'antares-client', options: flagList.map(([name]) => name) },
  ...collectWords(subcommands({})).commands.map(({ name, options }, i) => ({
    words: String(subcommands({})[i]?.command)
      .split(' ')
      .filter((word) => !word.startsWith('[')),
    help: `antares-client ${name}`,
    options: options.map((each) => each.name),
  })),
];

for (const { words, help, options } of commands)
  test(`a typo in any option of ${words.join(' ')} is refused in one sentence that names the one that was meant`, async () => {
    for (const name of options) {
      const typo = `--${name.slice(0, 1)}${name.slice(2)}`;
      const text = await refusal(...words, typo, 'x');
      assert.equal(text, `There is no option ${typo}; did you mean --${name}? ${help} -h lists them all.`);
    }
  });

test('what is like no option is not taken for one', async () => {
  assert.equal(
    await refusal('topic', '--quantum-mode', 'x'),
    'There is no option --quantum-mode. antares-client -h lists them all.',
  );
  assert.match(await refusal('topic', '--sasl-mech', 'x'), /did you mean --sasl-mechanism\?/);
});

test('a letter that stands for no option is refused as it was typed', async () => {
  assert.equal(
    await refusal('topic', '-b', 'localhost:9092'),
    'There is no option -b; antares-client -h lists them all.',
  );
});

test('an option without its value is named as it was typed', async () => {
  assert.equal(
    await refusal('topic', '--where'),
    '--where wants a value behind it; antares-client -h explains.',
  );
  assert.equal(
    await refusal('peek', 'topic', '-n'),
    '-n wants a value behind it; antares-client peek -h explains.',
  );
});

test('a subcommand without the words that it wants says how it is called', async () => {
  assert.equal(await refusal('peek'), 'Say antares-client peek <topic>; antares-client peek -h explains.');
  assert.equal(
    await refusal('decode', '--indent', '2'),
    'Say antares-client decode <files..>; antares-client decode -h explains.',
  );
});

for (const { words, help } of commands)
  if (!words.some((word) => /\.\.|^(topic|init|doctor|auth)$/.test(word)))
    test(`a word too many behind ${words.join(' ')} is refused in one sentence that names it`, async () => {
      const optional = words[0] === 'topics' ? ['pattern'] : [];
      const text = await refusal(...words, ...optional, 'nonsense');
      assert.match(text, /^nonsense is a word too many: say antares-client /);
      assert.ok(text.endsWith(`; ${help} -h explains.`), text);
      assert.match(await refusal(...words, ...optional, 'a', 'b'), /^a, b are words too many: /);
    });

test('a word too many behind auth is not told, for a secret may be among them', async () => {
  assert.doesNotMatch(await refusal('auth', 'add', 'ztf', 'key', 'swordfish'), /swordfish/);
});

test('a word of a subcommand is not proposed as an option', async () => {
  assert.doesNotMatch(await refusal('verify', 'folder', '--dirr'), /mean --dir\b/);
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

test('the help names every option, the words that it takes, its default and its variable', async (t) => {
  const lines: string[] = [];
  t.mock.method(console, 'log', (text: string) => lines.push(text));
  const exit = t.mock.method(process, 'exit', () => {
    throw new Error('exit');
  });
  await read('--help').catch(() => null);
  assert.ok(exit.mock.callCount() > 0);
  const help = lines.join('\n');
  for (const [name] of flagList) assert.ok(help.includes(`--${name}`), name);
  assert.match(help, /\[keep\|drop\|extract\]\s+\[default: keep\]/);
  assert.match(help, /\[\$ANTARES_KAFKA_API_KEY\]/);
});
