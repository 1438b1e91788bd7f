import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Client, newFolder, startClient } from './support/client.ts';

/** Nobody listens on port 1. */
const nobody = ['--bootstrap-servers', '127.0.0.1:1'];

async function refusal(client: Client): Promise<{ code: number | null; text: string }> {
  const { code, stderr } = await client.ended;
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
  return { code, text: stderr.split('\n').findLast((line) => line.startsWith('antares-client: ')) ?? '' };
}

test('wrong usage is one sentence with --verbose, too', async (t) => {
  for (const wrong of [['--quiet'], ['--limit', 'x']]) {
    const { code, text } = await refusal(startClient(t, ['topic', ...nobody, '--verbose', ...wrong]));
    assert.equal(code, 2, text);
    assert.ok(text.includes(wrong[0] ?? ''), text);
  }
});

test('a property that librdkafka does not know or take ends with 2 and its name', async (t) => {
  for (const property of ['fetch.min.byte=1', 'fetch.min.bytes=many']) {
    const { code, text } = await refusal(startClient(t, ['topic', ...nobody, '-X', property]));
    assert.equal(code, 2, text);
    assert.match(text, /-X cannot be used: .*"fetch\.min\.bytes?"/);
  }
});

test('properties that librdkafka cannot work with end with 2 and its reason, and are not tried again', async (t) => {
  for (const [property, reason] of [
    ['https.ca.location=/nowhere', /must be an existing file or directory/],
    ['max.poll.interval.ms=1000', /max\.poll\.interval\.ms.*must be >= .*session\.timeout\.ms/],
    ['fetch.max.bytes=1', /fetch\.max\.bytes.*must be >=/],
    // What OpenSSL says of it gets lost where Node.js has another OpenSSL than librdkafka.
    ['ssl.curves.list=foo', /invalid argument|\(kafka\)/],
    ['ssl.certificate.pem=foo', /not in pem format/],
    ['receive.message.max.bytes=1000', /receive\.message\.max\.bytes.*must be >=/],
  ] as const) {
    const args = ['topic', ...nobody, '--security-protocol', 'ssl', '-X', property];
    const { code, text } = await refusal(startClient(t, args));
    assert.equal(code, 2, text);
    assert.match(text, reason);
    assert.match(text, /look at what is given with -X\./);
  }
});

test('an output folder that cannot be made ends with 1 and its path', async (t) => {
  const file = join(newFolder(t), 'file');
  writeFileSync(file, '');
  // In /proc a new name is "not found", for ever.
  for (const [dir, why] of [
    [file, 'cannot be made'],
    [join(file, 'below'), 'cannot be made'],
    ['/proc/antares/below', 'cannot be written to'],
  ] as const) {
    const { code, text } = await refusal(startClient(t, ['topic', ...nobody, '-d', dir]));
    assert.equal(code, 1, text);
    assert.ok(text.includes(`The output folder ${dir} ${why}`), text);
  }
});

test('a template with an unknown field ends with 2 before anything is connected', async (t) => {
  const { code, text } = await refusal(startClient(t, ['topic', ...nobody, '--path', '{nope}.json']));
  assert.equal(code, 2);
  assert.match(text, /\{nope\} is not known; there are \{topic\}/);
});

test('a layout with an unknown field is told as it was typed', async (t) => {
  const layout = ['-d', newFolder(t), '--output', 'ndjson', '--path', '{topic}/{fid}'];
  const { code, text } = await refusal(startClient(t, ['topic', ...nobody, ...layout]));
  assert.equal(code, 2);
  assert.match(text, /--path \{topic\}\/\{fid\} cannot be used: \{fid\} is not known/);
});

test('a broker that cannot be reached ends with 1 after --connect-timeout', async (t) => {
  const { code, text } = await refusal(startClient(t, ['topic', ...nobody, '--connect-timeout', '300ms']));
  assert.equal(code, 1);
  assert.match(text, /127\.0\.0\.1:1 cannot be reached/);
});

test('a secret given as a flag is neither in the log nor, once started, in the process table', async (t) => {
  const secret = 'correct-horse-battery';
  const client = startClient(t, ['topic', ...nobody, '--api-key', 'me', '--api-secret', secret, '-v']);
  await client.says(/Trying again/);
  if (process.platform === 'linux') {
    const seen = readFileSync(`/proc/${String(client.process.pid)}/cmdline`, 'utf8');
    assert.match(seen, /^antares-client/);
    assert.ok(!seen.includes(secret), seen);
  }
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
  assert.match(stderr, /--api-secret was given as a flag/);
  assert.ok(!stderr.includes(secret), stderr);
});

test('with too few open files the command ends with 1 and one sentence, and no module is named', async (t) => {
  for (const files of [40, 64, 95]) {
    const client = startClient(t, ['topic', ...nobody], {}, [`ulimit -n ${files}`]);
    const { code, text } = await refusal(client);
    assert.equal(code, 1, text);
    assert.match(text, new RegExp(`at most ${files} files open at once, .*ulimit -n 4096`));
    assert.equal((await client.ended).stderr, `${text}\n`);
  }
});
