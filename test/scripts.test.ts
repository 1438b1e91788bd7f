import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { seedFormats } from './fuzz/seeds.ts';
import { newFolder } from './support/client.ts';
import { projectRoot } from './support/samples.ts';
import { bugs } from './torture/inside/plan.ts';
import { faultKinds, outputs } from './torture/options.ts';

const scripts = [
  { name: 'torture', main: 'build/test/torture/main.js', words: [...faultKinds, ...outputs, ...bugs] },
  { name: 'fuzz', main: 'build/test/fuzz/command.js', words: seedFormats },
  { name: 'soak', main: 'scripts/soak-run.mjs', words: ['minutes', 'partitions', 'stay-s'] },
];

for (const { name, main, words } of scripts) {
  test(`npm run ${name} -- --help is there before anything is installed or built`, (t) => {
    const dir = newFolder(t);
    cpSync(join(projectRoot, 'scripts'), join(dir, 'scripts'), { recursive: true });
    const script = join(dir, 'scripts', `${name}.mjs`);
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, '--help'], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.equal(stderr, '');
    for (const word of words) assert.match(stdout, new RegExp(`\\b${word}\\b`));
  });

  test(`npm run ${name} refuses an option that it does not know, in one line`, () => {
    const line = [join(projectRoot, main), '--wings', '2'];
    const { status, stderr } = spawnSync(process.execPath, line, { encoding: 'utf8' });
    assert.equal(status, 2, stderr);
    assert.match(stderr, /^Unknown option '--wings'.*--help lists what there is\.\n$/);
  });
}
