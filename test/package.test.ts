import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { newFolder } from './support/client.ts';
import { projectRoot } from './support/samples.ts';

test('the packed package holds what is needed and nothing else, and works elsewhere', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'antares-package-'));
  t.after(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], {
    cwd: projectRoot,
    encoding: 'utf8',
  });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const stray = files
    .map(({ path }) => path)
    .filter(
      (path) =>
        !/^(build\/src\/|build\/man\/antares-client\.1$|profiles\/[\w-]+\.json$|certs\/[\w-]+\.(pem|md)$|example_data\/|examples\/|docs\/|bench\/\w+\.md$|package\.json$|README\.md$|SECURITY\.md$|LICENSE$|CHANGELOG\.md$)/.test(
          path,
        ),
    );
  assert.deepEqual(stray, []);
  const secrets = files.filter(({ path }) =>
    /-----BEGIN [A-Z ]*PRIVATE KEY/.test(readFileSync(join(projectRoot, path), 'latin1')),
  );
  assert.deepEqual(secrets, []);
  const paths = files.map(({ path }) => path);
  const dead = paths
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...readFileSync(join(projectRoot, path), 'utf8').matchAll(/\]\(([^)\s#]+)[^)\s]*\)/g)]
        .map(([, target = '']) => target)
        .filter((target) => !/^https?:/.test(target))
        .map((target) => ({ path, target: join(dirname(path), target) })),
    )
    .filter(({ target }) => !paths.some((each) => each === target || each.startsWith(`${target}/`)));
  assert.deepEqual(dead, [], 'links to what is not in the package');

  // Installed by hand: the same files in the same place, without a compiler's two minutes and without the network.
  const installed = join(dir, 'node_modules', 'antares-client');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', join(dir, filename), '-C', installed, '--strip-components=1']);
  symlinkSync(join(projectRoot, 'node_modules'), join(installed, 'node_modules'));
  writeFileSync(
    join(dir, 'use.mjs'),
    "import { AlertStream, ClientError } from 'antares-client';\ntry { new AlertStream({ topics: [] }); } catch (error) { console.log(error instanceof ClientError, error.code); }\n",
  );
  assert.equal(execFileSync(process.execPath, ['use.mjs'], { cwd: dir, encoding: 'utf8' }), 'true CONFIG\n');

  writeFileSync(
    join(dir, 'fast.mjs'),
    "import { whyNoWebAssembly } from './node_modules/antares-client/build/src/worker/wasm/module.js';\nconsole.log(whyNoWebAssembly());\n",
  );
  assert.equal(execFileSync(process.execPath, ['fast.mjs'], { cwd: dir, encoding: 'utf8' }), 'null\n');

  const cli = join(installed, 'build', 'src', 'cli.js');
  assert.match(execFileSync(process.execPath, [cli, '-h'], { cwd: dir, encoding: 'utf8' }), /--output-dir/);
  execFileSync(
    process.execPath,
    [cli, 'simulate', '--count', '1', '--survey', 'antares', '--output-dir', join(dir, 'sky')],
    { cwd: dir, stdio: 'pipe' },
  );

  writeFileSync(
    join(dir, 'use.ts'),
    "import { AlertStream, type StreamedAlert } from 'antares-client';\nexport async function first(stream: AlertStream): Promise<StreamedAlert | null> {\n  for await (const alert of stream) return alert;\n  return null;\n}\n",
  );
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const compilerOptions = [
    '--strict',
    '--noEmit',
    '--target',
    'es2023',
    '--lib',
    'es2023,esnext.disposable',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--typeRoots',
    join(projectRoot, 'node_modules', '@types'),
  ];
  execFileSync(process.execPath, [tsc, ...compilerOptions, 'use.ts'], { cwd: dir, stdio: 'pipe' });
});

test('a clone that is installed brings the command and its manual page', (t) => {
  const dir = newFolder(t);
  execFileSync('npm', ['install', '-g', '--prefix', dir, '--offline', '--ignore-scripts', '.'], {
    cwd: projectRoot,
    stdio: 'pipe',
  });
  const command = join(dir, 'bin', 'antares-client');
  assert.match(execFileSync(command, ['--version'], { encoding: 'utf8' }), /^antares-client \d/);
  assert.ok(existsSync(join(dir, 'share', 'man', 'man1', 'antares-client.1')));
});

test('the types of the library need no package beside those that it brings, and Node.js’s', () => {
  const { dependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const reached = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(
      /(?:from|import)\(? ?['"]([^'"]+)['"]/g,
    )) {
      if (target.startsWith('.')) follow(join(dirname(file), target.replace(/\.[tj]s$/, '.d.ts')));
      else if (!target.startsWith('node:')) packages.add(target);
    }
  };
  follow(join(projectRoot, 'build', 'src', 'index.d.ts'));
  assert.ok(reached.size > 20, `${reached.size} files were looked at`);
  for (const name of packages) {
    assert.ok(name in dependencies, `${name} is a dependency`);
    const manifest = JSON.parse(
      readFileSync(join(projectRoot, 'node_modules', name, 'package.json'), 'utf8'),
    ) as {
      types?: string;
      typings?: string;
    };
    assert.ok(manifest.types ?? manifest.typings, `${name} has types of its own`);
  }
});
