import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AlertBatch, ClientError, type Sink } from '../../src/index.ts';
import { jsonAlert } from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, unique, until } from '../support/kafka.ts';
import { openStream } from '../support/stream.ts';

async function topicOf(count: number): Promise<string> {
  const topic = await newTopic();
  await produce(
    topic,
    Array.from({ length: count }, (_, i) => ({ value: jsonAlert(i) })),
  );
  return topic;
}

/** Remembers what it was given; `durable` is what the last flush made so. */
class Memory implements Sink {
  readonly written: number[] = [];
  durable = 0;
  closed = 0;
  #busy = false;

  async write(batch: AlertBatch): Promise<void> {
    await this.#alone(() => {
      this.written.push(...batch.alerts.map(({ offset }) => offset));
    });
  }

  async flush(): Promise<void> {
    await this.#alone(() => {
      this.durable = this.written.length;
    });
  }

  close(): void {
    this.closed += 1;
  }

  async #alone(work: () => void): Promise<void> {
    assert.ok(!this.#busy, 'one call at a time');
    this.#busy = true;
    await new Promise(setImmediate);
    work();
    this.#busy = false;
  }
}

const committedOf = async (group: string, topic: string): Promise<number> =>
  (await groupOffsets(group, topic)).committed[0] ?? -1;

test('a sink is given all alerts, flushed and closed, and all is committed', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(7);
  const group = unique('group');
  const sink = new Memory();
  await openStream(topic, { group, batchSize: 2 }).pipeTo(sink);
  assert.deepEqual(sink.written, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual([sink.durable, sink.closed], [7, 1]);
  assert.equal(await committedOf(group, topic), 7);
});

test('nothing is committed before it is flushed, and a quiet stream is flushed too', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(3);
  const group = unique('group');
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const abort = new AbortController();
  let flushes = 0;
  const sink: Sink = {
    write: () => undefined,
    flush: async () => {
      flushes += 1;
      await gate;
    },
  };
  const piping = openStream(topic, { group, untilEnd: false, signal: abort.signal }).pipeTo(sink);
  await until('the sink is asked to flush', () => flushes > 0);
  assert.equal(await committedOf(group, topic), -1001);
  release();
  await until('what was flushed is committed', async () => (await committedOf(group, topic)) === 3);
  abort.abort();
  await piping;
});

test('a sink that fails ends the stream with OUTPUT, and only what it took is committed', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(6);
  const group = unique('group');
  let closed = 0;
  const sink: Sink = {
    write: ({ offsets: [range] }) => {
      if ((range?.next ?? 0) > 4) throw new Error('disk full');
    },
    close: () => {
      closed += 1;
    },
  };
  const piping = openStream(topic, { group, batchSize: 2 }).pipeTo(sink);
  await assert.rejects(
    piping,
    (error) =>
      error instanceof ClientError &&
      error.code === 'OUTPUT' &&
      error.message === 'The sink could not write a batch: disk full.',
  );
  assert.equal(closed, 1);
  const committed = await committedOf(group, topic);
  assert.ok(committed <= 4, String(committed));
});

test('reading begins behind what a sink says it holds', { skip: skipKafka }, async () => {
  const topic = await topicOf(6);
  const asked: string[] = [];
  const sink = Object.assign(new Memory(), {
    position: (...at: [string, number]) => {
      asked.push(at.join('/'));
      return 4;
    },
  });
  await openStream(topic).pipeTo(sink);
  assert.deepEqual(asked, [`${topic}/0`]);
  assert.deepEqual(sink.written, [4, 5]);
});

test('a sink that cannot say what it holds ends the stream', { skip: skipKafka }, async () => {
  const topic = await topicOf(1);
  const sink: Sink = {
    write: () => undefined,
    position: () => {
      throw new Error('no database');
    },
  };
  await assert.rejects(openStream(topic).pipeTo(sink), /could not tell a position: no database\./);
});

test('a sink that fails and cannot be closed either is told with its first error', {
  skip: skipKafka,
}, async () => {
  const topic = await topicOf(1);
  const sink: Sink = {
    write: () => {
      throw new Error('disk full');
    },
    close: () => {
      throw new Error('no such file');
    },
  };
  await assert.rejects(
    openStream(topic).pipeTo(sink),
    (error) =>
      error instanceof ClientError && error.message === 'The sink could not write a batch: disk full.',
  );
});
