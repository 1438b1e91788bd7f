// npm run build: TypeScript → build/, AssemblyScript → WebAssembly beside it. Begins anew, so that nothing of a removed source stays.
import { chmodSync, copyFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './debian.mjs';

const root = join(import.meta.dirname, '..');
const out = join(root, 'build');
const runner = join('src', 'worker', 'process', 'run_hook.py');
const page = join('src', 'web', 'page');
const began = new Date();

rmSync(out, { recursive: true, force: true });
try {
  compile(root);
  // The page is for a browser, which has other types.
  compile(join(root, page));
  await compileTranscoder();
  await writeManual();
} catch {
  rmSync(out, { recursive: true, force: true });
  process.exit(1);
}
for (const file of [runner, ...['index.html', 'page.css'].map((name) => join(page, name))])
  copyFileSync(join(root, file), join(out, file));
chmodSync(join(out, 'src', 'cli.js'), 0o755);
// The set-up compares this with the sources: what was saved during the build is built again.
utimesSync(out, began, began);

/** TypeScript. */
function compile(project) {
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', project], {
    cwd: root,
  });
}

/** The hot path, src/worker/wasm. */
async function compileTranscoder() {
  const { default: asc } = await import('assemblyscript/asc');
  const folder = join('src', 'worker', 'wasm');
  const { error, stderr } = await asc.main(
    [
      join(folder, 'assembly', 'index.ts'),
      ...['--outFile', join('build', folder, 'transcoder.wasm')],
      ...['--baseDir', root, '--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
      // Nothing is ever allocated, so there is no runtime and nothing to import.
      ...['--runtime', 'stub', '--use', 'abort=', '--enable', 'simd'],
    ],
    {},
  );
  if (error === null) return;
  console.error(stderr.toString());
  throw error;
}

/** antares-client(1), from the same tables as the help. */
async function writeManual() {
  const built = (file) => import(join(out, 'src', file));
  const { subcommands } = await built('commands.js');
  const { manualPage } = await built('shell/man.js');
  const { collectWords } = await built('shell/words.js');
  const { version } = await built('version.js');
  mkdirSync(join(out, 'man'));
  writeFileSync(join(out, 'man', 'antares-client.1'), manualPage(collectWords(subcommands({})), version));
}
