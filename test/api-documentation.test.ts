import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from './support/samples.ts';

test('every public name of the library has a docstring, and all that it refers to is public', () => {
  const typedoc = join(projectRoot, 'node_modules', 'typedoc', 'bin', 'typedoc');
  // Links to sources want a git remote, which not every copy has.
  const output = ['--emit', 'none', '--disableSources'];
  const args = [...output, '--validation.notDocumented', '--treatWarningsAsErrors', 'false'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [typedoc, ...args], {
    cwd: projectRoot,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  });
  const complaints = `${stdout}${stderr}`
    .split('\n')
    .filter((line) => /^\[(warning|error)\]/.test(line))
    // Fields of surveys' alerts are the surveys' own; their interfaces say in which units.
    .filter((line) => !line.includes(' (Property), defined in antares-client/src/alerts/'))
    .filter((line) => !/Found 0 errors and \d+ warnings/.test(line));
  assert.equal(status, 0, stderr);
  assert.deepEqual(complaints, []);
});
