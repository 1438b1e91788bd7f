import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { pageFiles } from '../../src/web/page-files.ts';

test('every module that the page imports is sent', () => {
  const files = pageFiles();
  let imports = 0;
  for (const [path, { bytes }] of files)
    for (const [, target = ''] of bytes
      .toString()
      .matchAll(/^(?:import|export) .*from ["'](\.[^"']+)["'];$/gm)) {
      imports += 1;
      assert.ok(files.has(posix.join(posix.dirname(path), target)), `${path} imports ${target}`);
    }
  assert.ok(imports > 10);
});
