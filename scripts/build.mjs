// npm run build: TypeScript → build/. Begins anew, so that nothing of a removed source stays.
import { chmodSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './debian.mjs';

const root = join(import.meta.dirname, '..');
const out = join(root, 'build');
const began = new Date();

rmSync(out, { recursive: true, force: true });
try {
  run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', root], { cwd: root });
} catch {
  rmSync(out, { recursive: true, force: true });
  process.exit(1);
}
chmodSync(join(out, 'src', 'cli.js'), 0o755);
// The set-up compares this with the sources: what was saved during the build is built again.
utimesSync(out, began, began);
