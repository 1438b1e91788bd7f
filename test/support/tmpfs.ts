import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { skipKafka } from './kafka.ts';

/** Why no file system can be mounted here; false: one can. */
export const skipMount: string | false = skipKafka !== false ? skipKafka : mountRefused();

function mountRefused(): string | false {
  const { status } = spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()], {
    stdio: 'ignore',
  });
  return status === 0 ? false : 'only root may mount a small file system';
}

/** A file system of its own in memory, which goes away with the test; and a way to mount it otherwise. */
export function mountTmpfs(
  t: TestContext,
  size: string,
  more = '',
): { dir: string; remount: (options: string) => void } {
  const dir = mkdtempSync(join(tmpdir(), 'antares-client-test-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}${more}`, 'tmpfs', dir]);
  t.after(() => {
    execFileSync('umount', ['-l', dir]);
    rmdirSync(dir);
  });
  return {
    dir,
    remount: (options) => {
      execFileSync('mount', ['-o', `remount,${options}`, dir], { stdio: 'ignore' });
    },
  };
}
