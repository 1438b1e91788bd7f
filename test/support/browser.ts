import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { projectRoot } from './samples.ts';

/** A real browser; null: there is none, and on CI that is an error. */
export async function startBrowser(): Promise<Browser | null> {
  const script = join(projectRoot, 'scripts', 'chromium.mjs');
  const { findChromium } = (await import(script)) as { findChromium: () => string | null };
  const executablePath = findChromium();
  if (executablePath === null) {
    if (process.env['CI'] === 'true') throw new Error('There is no Chromium to test the page in.');
    return null;
  }
  // Root has no sandbox, and in containers shared memory is small.
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  return chromium.launch({ executablePath, args });
}
