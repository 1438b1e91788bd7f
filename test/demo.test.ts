import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { filesIn, newFolder } from './support/client.ts';
import { projectRoot } from './support/samples.ts';

test('the demo finds every alert that it produced on disk', (t) => {
  const dir = newFolder(t);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(projectRoot, 'scripts', 'demo.mjs')], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: dir },
  });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /Of (\d+) alerts produced \1 are on disk, 0 lost, 0 damaged/);
  assert.match(stdout, /With a real broker:\s+antares-client /);
  const alerts = filesIn(dir).filter((file) => /demo_(antares|ztf|lsst)\/[^/]+\.json$/.test(file));
  assert.equal(String(alerts.length), /Of (\d+) alerts/.exec(stdout)?.[1]);
});
