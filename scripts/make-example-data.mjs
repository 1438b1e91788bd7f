// node scripts/make-example-data.mjs: makes example_data/ anew, from the simulator and the client's own transcoder.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';

setUp();
const { exampleData } = await import('../build/src/simulate/example-data.js');
const root = join(import.meta.dirname, '..', 'example_data');
rmSync(root, { recursive: true, force: true });
for (const { path, content } of exampleData()) {
  const file = join(root, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
}
