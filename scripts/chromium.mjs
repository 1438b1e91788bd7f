import { spawnSync } from 'node:child_process';
import { has, installPackages } from './debian.mjs';

/** Debian's Chromium, to test the page in; installed where it is not there. Returns null where there is no way to it. */
export function findChromium() {
  if (!has('chromium')) {
    try {
      installPackages(['chromium'], 'to test the page in', false);
    } catch (error) {
      if (process.env.CI === 'true') throw error;
      console.warn(error.message);
    }
  }
  if (!has('chromium')) return null;
  return spawnSync('sh', ['-c', 'command -v chromium'], { encoding: 'utf8' }).stdout.trim();
}
