import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { RawFrames } from '../../src/worker/write/raw.ts';
import { RAW_MAGIC } from '../../src/worker/write/raw-frame.ts';
import { containerBlock, containerHead, loadCodec } from '../../src/worker/write/avro-blocks.ts';
import { loadCompression } from '../../src/worker/write/compress.ts';
import { cliFile, type ClientEnd, newFolder, startClient } from '../support/client.ts';
import { projectRoot } from '../support/samples.ts';

const frameHead = [0x28, 0xb5, 0x2f, 0xfd, 0, 0];
const examples = join(projectRoot, 'example_data');

function run(t: TestContext, ...args: string[]): Promise<ClientEnd> {
  return startClient(t, args).ended;
}

/** A file of the examples, as text. */
function example(name: string): string {
  return readFileSync(join(examples, name), 'utf8');
}

/** A raw segment of messages. */
function rawSegment(values: readonly Buffer[], key: Buffer | null = null): Buffer {
  const frames = new RawFrames();
  values.forEach((value, offset) => {
    frames.add({ topic: 't', partition: 0, offset, timestampMs: 1_000 * offset, key, headers: [], value });
  });
  return Buffer.concat([RAW_MAGIC, frames.take().bytes]);
}

for (const survey of ['antares', 'ztf', 'lsst', 'lasair'] as const) {
  test(`decode shows a message of ${survey} as its file would be`, async (t) => {
    const schemas = ['--schema-dir', join(examples, 'schemas')];
    const { code, stdout, stderr } = await run(t, 'decode', join(examples, `${survey}.wire`), ...schemas);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, `${example(`${survey}.json`)}\n`);
  });
}

test('decode reads a raw segment, the schemas in its keys too', async (t) => {
  const dir = newFolder(t);
  const value = readFileSync(join(examples, 'fink.wire'));
  const key = readFileSync(join(examples, 'fink.key'));
  writeFileSync(join(dir, 'a.raw'), rawSegment([value, value], key));
  const { code, stdout, stderr } = await run(t, 'decode', join(dir, 'a.raw'));
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${example('fink.json')}\n`.repeat(2));
});

test('decode reads ndjson segments, compressed or not, of more than one chunk; numbers keep their text', async (t) => {
  const dir = newFolder(t);
  const chunks = ['{"a":1.0,"b":18446744073709551615}\n', '{"a":NaN}\n'];
  const zstd = await loadCompression('zstd');
  writeFileSync(join(dir, 'a.ndjson'), chunks.join(''));
  writeFileSync(join(dir, 'a.ndjson.gz'), Buffer.concat(chunks.map((chunk) => gzipSync(chunk))));
  writeFileSync(
    join(dir, 'a.ndjson.zst'),
    Buffer.concat(chunks.map((chunk) => zstd(new Uint8Array(Buffer.from(chunk))))),
  );
  for (const name of ['a.ndjson', 'a.ndjson.gz', 'a.ndjson.zst']) {
    const end = await run(t, 'decode', join(dir, name), '--indent', '0', '--non-finite', 'literal');
    assert.equal(end.code, 0, end.stderr);
    assert.equal(end.stdout, chunks.join(''), name);
  }
});

test('decode and schema read an Avro container that is packed with zstandard, also in frames that do not tell their size', async (t) => {
  const dir = newFolder(t);
  const schema = '{"type":"record","name":"A","fields":[{"name":"x","type":"long"}]}';
  const records = Buffer.from([2, 4, 6]);
  const zstd = await loadCodec('zstd');
  // RFC 8878: magic, a descriptor that promises nothing, a window of 1 KiB, one last block as it is.
  const bare = {
    ...zstd,
    compress: (bytes: Uint8Array) => Buffer.from([...frameHead, bytes.length * 8 + 1, 0, 0, ...bytes]),
  };
  for (const [name, codec] of [
    ['a.avro', zstd],
    ['bare.avro', bare],
  ] as const) {
    const head = containerHead(schema, codec);
    const block = containerBlock(3, records, head, codec);
    writeFileSync(join(dir, name), Buffer.concat([head, block, block]));
    const { code, stdout, stderr } = await run(t, 'decode', join(dir, name), '--indent', '0');
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '{"x":1}\n{"x":2}\n{"x":3}\n'.repeat(2));
  }
  const shown = await run(t, 'schema', join(dir, 'bare.avro'));
  assert.deepEqual(JSON.parse(shown.stdout), JSON.parse(schema));
  writeFileSync(join(dir, 'cut.avro'), readFileSync(join(dir, 'a.avro')).subarray(0, -5));
  const cut = await run(t, 'decode', join(dir, 'cut.avro'));
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /cut\.avro cannot be decoded: its last block has no end/);
});

test('decode reads a dead letter with the key that lies beside it', async (t) => {
  const dir = newFolder(t);
  cpSync(join(examples, 'fink.wire'), join(dir, '0-7.bin'));
  writeFileSync(
    join(dir, '0-7.json'),
    JSON.stringify({
      ...{ topic: 't', partition: 0, offset: 7, timestampMs: 0, headers: [] },
      key: { encoding: 'base64', data: readFileSync(join(examples, 'fink.key')).toString('base64') },
      error: { code: 'HOOK_THREW', text: 'no' },
    }),
  );
  const { code, stdout, stderr } = await run(t, 'decode', join(dir, '0-7.bin'));
  assert.equal(code, 0, stderr);
  assert.equal(stdout, `${example('fink.json')}\n`);
});

test('decode tells what it cannot read, goes on with the rest, and ends with 1', async (t) => {
  const dir = newFolder(t);
  const good = readFileSync(join(examples, 'ztf.wire'));
  writeFileSync(join(dir, 'bad.wire'), 'nonsense');
  const segment = rawSegment([good, Buffer.from('?'), good]);
  writeFileSync(join(dir, 'some.raw'), segment);
  writeFileSync(join(dir, 'cut.raw'), segment.subarray(0, segment.length - 10));
  writeFileSync(join(dir, 'a.parquet'), 'PAR1…PAR1');
  const { code, stdout, stderr } = await run(
    t,
    ...['decode', join(dir, 'a.parquet'), join(dir, 'bad.wire'), join(dir, 'some.raw'), join(dir, 'cut.raw')],
  );
  assert.equal(code, 1, stderr);
  assert.equal(stdout, `${example('ztf.json')}\n`.repeat(3));
  assert.match(stderr, /bad\.wire cannot be decoded: No known format/);
  assert.match(stderr, /some\.raw, number 2, cannot be decoded/);
  assert.match(stderr, /cut\.raw cannot be decoded: its last frame has no end/);
  assert.match(stderr, /a\.parquet cannot be decoded: it is a Parquet file, which PyArrow and DuckDB read/);
  assert.match(stderr, /5 parts could not be decoded/);
});

test('decode names the option that is missing, and a file that is not there, with exit code 2', async (t) => {
  const schema = await run(t, 'decode', join(examples, 'lsst.wire'));
  assert.equal(schema.code, 2);
  assert.match(schema.stderr, /say with --schema-registry or --schema-dir where to find it/);
  const missing = await run(t, 'decode', 'no-such-file');
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /There is no file no-such-file\./);
  const folder = await run(t, 'decode', examples);
  assert.equal(folder.code, 2);
  assert.match(folder.stderr, /example_data is a folder: name the files in it/);
  const gone = await run(t, 'schema', './nosuch.avro');
  assert.equal(gone.code, 2);
  assert.ok(gone.stderr.endsWith('There is no file ./nosuch.avro.\n'), gone.stderr);
});

test('a pipe that is closed early is a clean end', async (t) => {
  const file = join(newFolder(t), 'many.raw');
  writeFileSync(
    file,
    rawSegment(Array.from({ length: 200 }, () => readFileSync(join(examples, 'ztf.wire')))),
  );
  const shell = spawn(
    'bash',
    ['-c', '"$0" "$1" decode "$2" | head -3; echo "${PIPESTATUS[0]}"', process.execPath, cliFile, file],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(shell, 'close');
  assert.equal(stdout.trim().split('\n').at(-1), '0', stderr);
  assert.equal(stderr, '');
});

test('schema shows the schema of a file and of an id, and says where there is none', async (t) => {
  const container = await run(t, 'schema', join(examples, 'ztf.wire'));
  assert.equal(container.code, 0, container.stderr);
  assert.equal((JSON.parse(container.stdout) as { name: string }).name, 'alert');
  const dir = newFolder(t);
  mkdirSync(join(dir, 'schemas'));
  writeFileSync(
    join(dir, 'schemas', '7.avsc'),
    '{"type":"record","name":"A","fields":[{"name":"x","type":"double","default":1.0}]}',
  );
  const byId = await run(t, 'schema', '7', '--schema-dir', join(dir, 'schemas'));
  assert.equal(byId.code, 0, byId.stderr);
  assert.match(byId.stdout, /"default": 1\.0\n/);
  const none = await run(t, 'schema', join(examples, 'antares.wire'));
  assert.equal(none.code, 1);
  assert.match(none.stderr, /has no Avro schema: its format is antares\./);
  for (const [name, content, why] of [
    ['a.parquet', 'PAR1…PAR1', /a\.parquet cannot be read: it is a Parquet file/],
    ['bad.wire', 'nonsense', /bad\.wire cannot be read: No known format begins/],
    ['cut.avro', readFileSync(join(examples, 'ztf.wire')).subarray(0, 500), /cut\.avro cannot be read: /],
    ['cut.raw', rawSegment([Buffer.from('?')]).subarray(0, 20), /cut\.raw cannot be read: its last frame/],
  ] as const) {
    writeFileSync(join(dir, name), content);
    const bad = await run(t, 'schema', join(dir, name));
    assert.equal(bad.code, 1, name);
    assert.match(bad.stderr, why);
    assert.doesNotMatch(bad.stderr, /client itself|\n {4}at /);
  }
  const unknown = await run(t, 'schema', '8', '--schema-dir', join(dir, 'schemas'));
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /there is no schema 8 in/);
});
