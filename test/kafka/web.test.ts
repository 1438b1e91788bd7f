import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startBrowser } from '../support/browser.ts';
import { startServer } from '../support/http.ts';
import { type Client, jsonAlert, newFolder, startClient } from '../support/client.ts';
import { simulateNight } from '../../src/simulate/night.ts';
import { newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';

const browser = skipKafka === false ? await startBrowser() : null;
const skip = skipKafka !== false ? skipKafka : browser === null ? 'no Chromium' : false;
after(() => browser?.close());

/** A page, and what it complained of. */
interface Opened {
  readonly page: Page;
  readonly complaints: string[];
}

/** Opens the address that the client says. */
async function open(client: Client): Promise<Opened> {
  const said = /Page: (http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{32})"/;
  await client.says(said);
  const context = await browser?.newContext();
  const page = await context?.newPage();
  if (page === undefined) throw new Error('no browser');
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(said.exec(client.stderr)?.[1] ?? '');
  return { page, complaints };
}

test('the page shows the run, and its address no longer holds the token', { skip }, async (t) => {
  const topic = await newTopic();
  await produce(
    topic,
    Array.from({ length: 30 }, (_, index) => ({ value: jsonAlert(index) })),
  );
  const dir = join(newFolder(t), 'out');
  const args = [topic, '-g', unique('group'), '-d', dir, '--format', 'json', '--web', '0'];
  const client = startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext]);
  const { page, complaints } = await open(client);
  await page.locator('#totals div:has-text("Saved") dd', { hasText: /^30$/ }).waitFor();
  assert.match(page.url(), /^http:\/\/127\.0\.0\.1:\d+\/$/);
  assert.match((await page.textContent('#topics')) ?? '', new RegExp(topic));
  await page.getByRole('tab', { name: 'Stream' }).click();
  await page.getByRole('img', { name: /^Workers busy: mean \d+ %, busiest \d+ %$/ }).waitFor();
  // It comes back by the cookie.
  await page.reload();
  await page.locator('#state', { hasText: 'Running' }).waitFor();
  const token = /token=([\w-]+)/.exec(client.stderr)?.[1] ?? '';
  assert.equal(client.stderr.split(token).length, 2, 'only one line has the token');
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
  await page.locator('#state.bad').waitFor();
  // A broken connection is the browser's to complain of.
  assert.deepEqual(
    complaints.filter((text) => !/ERR_(CONNECTION|INCOMPLETE)/.test(text)),
    [],
  );
});

test('a page that is left open tells a client that stands still, one that has ended, and one that was started anew', {
  skip,
}, async (t) => {
  const args = [await newTopic(), '-g', unique('group'), '-d', join(newFolder(t), 'out')];
  const more = ['--bootstrap-servers', testKafka().bootstrap.plaintext, '--web'];
  const client = startClient(t, [...args, ...more, '0']);
  const { page } = await open(client);
  const state = page.locator('#state');
  await state.filter({ hasText: /^Running$/ }).waitFor();
  client.process.kill('SIGSTOP');
  await page.locator('#state.bad', { hasText: 'The client says nothing any more' }).waitFor();
  client.process.kill('SIGCONT');
  await state.filter({ hasText: /^Running$/ }).waitFor();
  client.process.kill('SIGTERM');
  await page.locator('#state.bad', { hasText: 'The client does not answer: it has ended' }).waitFor();
  await client.ended;
  const again = startClient(t, [...args, ...more, new URL(page.url()).port]);
  await again.says(/Page: /);
  await page.locator('#state.bad', { hasText: 'it was started anew and says another address' }).waitFor();
});

/** A message that names a schema, as Confluent's serializers frame it. */
function framed(schemaId: number): Buffer {
  const frame = Buffer.alloc(6);
  frame.writeUInt32BE(schemaId, 1);
  return frame;
}

for (const [what, registry, says] of [
  ['that is down', 'http://127.0.0.1:1', 'waits for schema 4242.'],
  ['that does not know it', null, 'waits for schema 4242, which nobody knows.'],
] as const)
  test(`the page says that a partition waits for a schema, from a registry ${what}`, { skip }, async (t) => {
    const { host } = await startServer(t, (_, response) => response.writeHead(404).end());
    const topic = await newTopic();
    // What comes behind it is done in the meantime.
    await produce(topic, [{ value: framed(4242) }, { value: jsonAlert(1) }, { value: jsonAlert(2) }]);
    const client = startClient(t, [
      ...[topic, '-g', unique('group'), '--bootstrap-servers', testKafka().bootstrap.plaintext],
      ...['-d', join(newFolder(t), 'out'), '--output', 'ndjson', '--batch-size', '1', '--web', '0'],
      ...['--schema-registry', registry ?? `http://${host}`],
    ]);
    const { page } = await open(client);
    await page.locator('#totals div:has-text("Saved") dd', { hasText: /^2$/ }).waitFor();
    await page.locator('#state.bad', { hasText: `${topic}/0 ${says}` }).waitFor();
  });

/** What an alert from anywhere may hold; where it ran it would leave a mark. */
const HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=1</script>';

test('alerts appear on the sky, open with curve, stamps and fields, and nothing in them runs', {
  skip,
}, async (t) => {
  const topic = await newTopic();
  const night = simulateNight({ survey: 'ztf', seed: 7, count: 3 });
  const dir = join(newFolder(t), 'out');
  const args = [topic, '-g', unique('group'), '-d', dir, '--web', '0'];
  const client = startClient(t, [...args, '--bootstrap-servers', testKafka().bootstrap.plaintext]);
  const { page, complaints } = await open(client);
  await page.locator('#state', { hasText: 'Running' }).waitFor();
  await produce(topic, [
    ...[...night].map(({ value }) => ({ value })),
    { value: jsonAlert(HOSTILE, { ra: 10, dec: 20, [HOSTILE]: { [HOSTILE]: HOSTILE }, big: 1 }) },
    { value: Buffer.from(`{"broken": "${HOSTILE}`.replaceAll('"', "'")) },
  ]);
  await page.locator('.sky canvas[data-alerts="4"]').waitFor();

  await page
    .locator('.latest button', { hasText: /^ZTF \d+, / })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: /^ZTF \d+$/ });
  await dialog.getByRole('img', { name: /^Light curve: \d+ detections from / }).waitFor();
  for (const kind of ['Science', 'Template', 'Difference'])
    await dialog.locator(`canvas[aria-label="${kind} image"][data-drawn]`).waitFor();
  await dialog.locator('summary', { hasText: 'candidate {' }).first().click();
  await dialog.locator('.fields details div', { hasText: /^magpsf / }).waitFor();
  // An id that no double holds.
  const candid = /ZTF (\d+)/.exec((await dialog.locator('h2').textContent()) ?? '')?.[1] ?? '';
  await dialog.locator('.fields > div', { hasText: `candid ${candid}` }).waitFor();
  // The list of the latest alerts stays, for the focus to go back to.
  await produce(topic, [{ value: jsonAlert('later', { ra: 30, dec: 40 }) }]);
  await page.locator('.sky canvas[data-alerts="5"]').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  assert.match(
    String(await page.evaluate('document.activeElement.textContent')),
    new RegExp(`^ZTF ${candid}, `),
  );

  // By keys alone: the sky, its alerts, the tabs.
  const sky = page.getByRole('application', { name: /^Map of the sky/ });
  await sky.focus();
  for (const key of ['+', '+', 'ArrowLeft', 'ArrowUp', '-', '0', 'Enter']) await page.keyboard.press(key);
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.latest button', { hasText: HOSTILE }).click();
  await page.locator('.fields summary', { hasText: HOSTILE }).click();
  await page.locator('.fields details div', { hasText: HOSTILE }).waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('tab', { name: 'Sky' }).focus();
  await page.keyboard.press('End');
  await page.getByRole('button', { name: `${topic}/0 offset 4` }).click();
  await page.locator('pre.hex', { hasText: '000000  7b 27 62 72 6f 6b 65 6e' }).waitFor();
  await page.keyboard.press('Escape');
  assert.equal(await page.title(), 'antares-client');
  assert.deepEqual(complaints, []);

  // Only what this run reads, and what is there.
  const statusOf = (path: string): Promise<unknown> =>
    page.evaluate(`fetch(${JSON.stringify(path)}).then(({ status }) => status)`);
  assert.equal(await statusOf(`/alert?topic=${topic}&partition=0&offset=99`), 410);
  assert.equal(await statusOf(`/alert?topic=${topic}&partition=0&offset=-1`), 404);
  assert.equal(await statusOf('/alert?topic=other&partition=0&offset=0'), 404);
  assert.equal(await statusOf('/letter?name=../0-4'), 404);

  // A phone: nothing is wider than it.
  await page.setViewportSize({ width: 390, height: 844 });
  for (const name of ['Sky', 'Stream', 'Dead letters']) {
    await page.getByRole('tab', { name }).click();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, name);
  }
  // No cell is so narrow that it breaks its words. The list is asked for anew, and takes the place of the one that is looked at.
  const time = page.locator('td', { hasText: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/ });
  await until('the time is on one line', async () => ((await time.boundingBox())?.height ?? 40) < 40, 10_000);
  client.process.kill('SIGTERM');
  assert.equal((await client.ended).code, 0);
});
