import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readCommandLine } from '../src/arguments.ts';
import { subcommands } from '../src/commands.ts';
import { newFolder } from './support/client.ts';
import { configOf } from './support/options.ts';
import { projectRoot } from './support/samples.ts';

interface CodeBlock {
  readonly place: string;
  readonly language: string;
  readonly code: string;
}

const folders = ['.', 'docs', 'bench', 'certs'];
const documents: ReadonlyMap<string, string> = new Map(
  folders
    .flatMap((folder) => readdirSync(join(projectRoot, folder)).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.md'))
    .map((file) => [file, readFileSync(join(projectRoot, file), 'utf8')]),
);

const blocks: readonly CodeBlock[] = [...documents].flatMap(([file, text]) =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ 1: language = '', 2: code = '', index }) => ({
    place: `${file}:${text.slice(0, index).split('\n').length}`,
    language,
    code,
  })),
);

/** The names by which a document's headings are linked to, made as GitHub makes them. */
function anchorsOf(file: string): string[] {
  const text = (documents.get(file) ?? '').replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('links in the documents lead to files and headings that are there', () => {
  for (const [file, text] of documents) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const linked = path === '' ? file : join(dirname(file), path);
      assert.ok(existsSync(join(projectRoot, linked)), `${file} links to ${target}: there is no such file`);
      if (anchor !== undefined)
        assert.ok(anchorsOf(linked).includes(anchor), `${file} links to ${target}: there is no such heading`);
    }
  }
});

test('every document is reached from the index', () => {
  const index = documents.get(join('docs', 'README.md')) ?? '';
  for (const file of readdirSync(join(projectRoot, 'docs')).filter((each) => each.endsWith('.md')))
    if (file !== 'README.md') assert.ok(index.includes(`(${file})`), `docs/README.md does not name ${file}`);
});

test('JSON that the documents show is JSON', () => {
  for (const { place, language, code } of blocks) {
    if (language !== 'json') continue;
    assert.doesNotThrow(() => JSON.parse(code), place);
  }
});

test("the README's configuration file is one that the client takes as it stands", async (t) => {
  const shown = blocks.find(({ code, language }) => language === 'json' && code.includes('"topics"'));
  const options = JSON.parse(shown?.code ?? '') as Record<string, unknown>;
  const dir = newFolder(t);
  const secret = join(dir, 'secret');
  writeFileSync(secret, 'hush-hush', { mode: 0o600 });
  const file = join(dir, 'config.json');
  writeFileSync(file, JSON.stringify({ ...options, apiSecretFile: secret }));
  const { broker, pool, warnings } = await configOf(['--config', file]);
  assert.deepEqual([broker.username, broker.password], [options['apiKey'], 'hush-hush']);
  assert.equal(pool.workers, options['workers']);
  assert.deepEqual(warnings, []);
});

test('programs that the documents show compile against the built client', (t) => {
  const dir = newFolder(t);
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(projectRoot, join(dir, 'node_modules', 'antares-client'));
  symlinkSync(join(projectRoot, 'node_modules', '@types'), join(dir, 'node_modules', '@types'));
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  const programs = blocks.filter(({ language }) => language === 'ts' || language === 'js');
  assert.ok(programs.length > 0);
  for (const { place, language, code } of programs)
    writeFileSync(join(dir, `${place.replaceAll(/\W/g, '-')}.${language}`), `${code}\nexport {};\n`);
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        noEmit: true,
        allowJs: true,
        checkJs: true,
        noImplicitAny: false,
        skipLibCheck: true,
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        module: 'nodenext',
        types: ['node'],
      },
    }),
  );
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', dir], { encoding: 'utf8' });
  assert.equal(status, 0, stdout);
});

test('every command that the documents show is one that the client takes', async (t) => {
  // One that ends the process, such as --version, would take the tests with it, as if all had gone well.
  t.mock.method(process, 'exit', () => {
    throw new Error('a command that ends at once');
  });
  const commands = blocks
    .filter(({ language }) => language === 'console')
    .flatMap(({ code }) => code.split('\n'))
    .map((line) => /^\$ (?:npx )?antares-client (.*)$/.exec(line)?.[1]?.replace(/ {2,}# .*$/, ''))
    .filter((words) => words !== undefined)
    .map((line) => line.match(/'[^']*'|"[^"]*"|\S+/g) ?? [])
    .map((words) =>
      words.slice(
        0,
        [...words, '|'].findIndex((word) => word === '|' || word === '>'),
      ),
    )
    .map((words) => words.map((word) => word.replace(/^(['"])(.*)\1$/, '$2')));
  assert.ok(commands.length > 0);
  // Only read, not run.
  const others = subcommands({}).map((each) => ({ ...each, handler: () => undefined }));
  for (const words of commands) {
    const isMain = (await readCommandLine(words, others)) !== null;
    if (isMain) await configOf(words, { 'api-key': 'key', 'api-secret': 'secret' });
  }
});

test('every script that the documents run is one of the package', () => {
  const { scripts } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  for (const [file, text] of documents)
    for (const [, name = ''] of text.matchAll(/\bnpm run ([\w-]+)/g))
      assert.ok(name in scripts, `${file}: npm run ${name}`);
});
