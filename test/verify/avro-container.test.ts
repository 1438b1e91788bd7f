import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AvroContainer } from '../../src/verify/avro-container.ts';
import { containerBlock, containerHead, loadCodec } from '../../src/worker/write/avro-blocks.ts';

const schema = '{"type":"record","name":"A","fields":[{"name":"x","type":"bytes"}]}';
const codec = await loadCodec('none');
const head = Buffer.from(containerHead(schema, codec));
const sync = head.subarray(-16);

function block(records: number, bytes: Buffer): Buffer {
  return Buffer.from(containerBlock(records, new Uint8Array(bytes), head, codec));
}

test('an Avro container is the same in pieces of any length', () => {
  const blocks = [Buffer.alloc(1), Buffer.alloc(3_000, 7), Buffer.alloc(0), Buffer.alloc(200, 9)];
  const whole = Buffer.concat([head, ...blocks.map((bytes, i) => block(i + 1, bytes))]);
  for (const length of [1, 2, 17, 1_000, whole.length]) {
    const found: Buffer[] = [];
    const container = new AvroContainer((_, bytes) => found.push(Buffer.from(bytes)));
    for (let at = 0; at < whole.length; at += length)
      assert.equal(container.take(whole.subarray(at, at + length)), null);
    assert.equal(container.end(), null);
    assert.equal(container.count, 10);
    assert.deepEqual(found, blocks);
    assert.equal(String(container.metadata.get('avro.schema')), schema);
  }
});

test('a block that comes in many chunks is not copied anew with each', (t) => {
  const concat = t.mock.method(Buffer, 'concat');
  const container = new AvroContainer();
  container.take(head);
  const chunk = Buffer.alloc(10_000);
  const large = block(1, Buffer.alloc(100 * chunk.length));
  for (let at = 0; at < large.length; at += chunk.length)
    assert.equal(container.take(large.subarray(at, at + chunk.length)), null);
  assert.equal(container.end(), null);
  const copied = concat.mock.calls.reduce((sum, { result }) => sum + (result?.length ?? 0), 0);
  assert.ok(copied < 3 * large.length, `${copied} bytes were copied`);
});

test('a container whose lengths cannot be is torn as soon as one is read', () => {
  const count = Buffer.from([2]);
  const lengths: Record<string, readonly [Buffer, RegExp]> = {
    'more than any block has': [Buffer.from([0x82, 0x80, 0x80, 0x80, 0x02]), /says that it has 268435457 b/],
    'less than nothing': [Buffer.from([1]), /says that it has -1 bytes/],
    'more than 64 bits': [Buffer.alloc(11, 0xff), /a number of it is longer than 64 bits/],
  };
  for (const [what, [length, problem]] of Object.entries(lengths)) {
    for (const start of [
      [head, count],
      [head.subarray(0, 4), count],
    ]) {
      const container = new AvroContainer();
      assert.match(container.take(Buffer.concat([...start, length])) ?? '', problem, what);
    }
  }
  const greatest = new AvroContainer();
  assert.equal(
    greatest.take(Buffer.concat([head, count, Buffer.from([0x80, 0x80, 0x80, 0x80, 0x02])])),
    null,
  );
  assert.equal(greatest.end(), 'its last block has no end');
});

test('a container that is cut off, begins as none or has another sync marker is torn', () => {
  const whole = Buffer.concat([head, block(1, Buffer.alloc(9))]);
  for (let at = 0; at < whole.length; at++) {
    const container = new AvroContainer();
    assert.equal(container.take(whole.subarray(0, at)), null);
    const wanted = at === head.length ? null : at < head.length ? /begin/ : /its last block has no end/;
    if (wanted === null) assert.equal(container.end(), null);
    else assert.match(container.end() ?? '', wanted, `cut at ${at}`);
  }
  assert.match(new AvroContainer().take(Buffer.from('nonsense')) ?? '', /does not begin/);
  const other = new AvroContainer();
  const foreign = Buffer.concat([whole.subarray(0, -sync.length), Buffer.alloc(sync.length)]);
  assert.equal(other.take(foreign), 'a block of it does not end as it should');
});
