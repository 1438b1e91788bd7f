import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { deathOf, startHookThread } from '../src/hook-thread.ts';

async function deathBy(t: TestContext, thrown: string): Promise<string> {
  const thread = startHookThread(new URL(`data:text/javascript,setTimeout(()=>{throw ${thrown}})`), {});
  t.after(() => thread.terminate());
  const [error] = (await once(thread, 'error')) as [unknown];
  return deathOf(error);
}

test('a thread tells what it died of', async (t) => {
  assert.equal(await deathBy(t, "new Error('no such star')"), 'no such star');
  assert.equal(await deathBy(t, "'a word'"), 'a word');
});

test('a thread that died of an error without a message says so', async (t) => {
  for (const thrown of ["new DOMException('too slow','AbortError')", 'undefined', 'new Error()'])
    assert.match(
      await deathBy(t, thrown),
      /^(AbortError: too slow|something was thrown that has no message)$/,
    );
});
