import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type TestContext, test } from 'node:test';
import { newTopic, skipKafka, testKafka } from '../support/kafka.ts';
import { projectRoot } from '../support/samples.ts';

/** Runs a program that knows `AlertStream` and the `options` of a stream until its process ends by itself. */
async function endOf(t: TestContext, program: string): Promise<{ code: unknown; stderr: string }> {
  const library = pathToFileURL(join(projectRoot, 'build', 'src', 'index.js')).href;
  const options = {
    topics: [await newTopic()],
    bootstrapServers: testKafka().bootstrap.plaintext,
    group: 'ends',
  };
  const prelude = `import { AlertStream } from '${library}'; const options = ${JSON.stringify(options)};`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', `${prelude}\n${program}`], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, stderr };
}

const limit = { skip: skipKafka, timeout: 120_000 };

test('a process ends though a stream was aborted while it connected', limit, async (t) => {
  const end = await endOf(
    t,
    `for (let i = 0; i < 5; i += 1) {
       const abort = new AbortController();
       const stream = new AlertStream({ ...options, signal: abort.signal });
       const first = stream[Symbol.asyncIterator]().next();
       abort.abort();
       await first;
       await stream.close();
     }`,
  );
  assert.deepEqual(end, { code: 0, stderr: '' });
});

for (const [how, before] of [
  ['closed', 'await stream.close()'],
  ['aborted', 'abort.abort()'],
] as const)
  test(`a process ends though a stream was ${how} before it was read from`, limit, async (t) => {
    const end = await endOf(
      t,
      `const abort = new AbortController();
       const stream = new AlertStream({ ...options, signal: abort.signal });
       ${before};
       for await (const alert of stream) throw new Error(String(alert.offset));
       await stream.close();`,
    );
    assert.deepEqual(end, { code: 0, stderr: '' });
  });
