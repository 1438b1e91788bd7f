// The client with its page open in Chromium: node watched.mjs CLI ARGUMENT…
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/chromium.mjs';

const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
const page = await browser.newPage();
const client = spawn(process.execPath, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'pipe'] });
let said = '';
let isOpen = false;
client.stderr.setEncoding('utf8').on('data', (text) => {
  process.stderr.write(text);
  said += text;
  const address = /Page: (http:[^\s"]+)"/.exec(said)?.[1];
  if (isOpen || address === undefined) return;
  isOpen = true;
  void page.goto(address).catch(() => undefined);
});
const [code] = await once(client, 'close');
const totals = await page.textContent('#totals').catch(() => '');
if (!totals?.includes('Saved')) throw new Error('The page showed nothing.');
await browser.close();
process.exitCode = code ?? 1;
