import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../../support/samples.ts';

test('where WebAssembly cannot be used, alerts come out all the same, and the log can say why', () => {
  const built = join(projectRoot, 'build', 'src');
  const script = `
    import { exampleData } from ${JSON.stringify(join(built, 'simulate', 'example-data.js'))};
    import { whyNoWebAssembly } from ${JSON.stringify(join(built, 'worker', 'wasm', 'module.js'))};
    const files = new Map(exampleData().map(({ path, content }) => [path, content.toString('base64')]));
    console.log(JSON.stringify({ why: whyNoWebAssembly(), files: [...files] }));
  `;
  const run = (...options: string[]): { why: string | null; files: [string, string][] } =>
    JSON.parse(
      execFileSync(process.execPath, [...options, '--input-type=module', '--eval', script], {
        encoding: 'utf8',
      }),
    ) as ReturnType<typeof run>;
  // Without its compilers V8 has no WebAssembly.
  const without = run('--jitless');
  assert.match(without.why ?? '', /WebAssembly/);
  const usual = run();
  assert.equal(usual.why, null);
  assert.deepEqual(without.files, usual.files);
});
