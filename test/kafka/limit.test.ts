import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verifyFolder } from '../../src/verify/verify.ts';
import { long } from '../support/avro.ts';
import { slowly } from '../support/faults.ts';
import { newFolder, startClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, testKafka, unique } from '../support/kafka.ts';
import { framed, startRegistry } from '../support/registry.ts';
import { outputOptions, savedAlerts } from '../support/saved.ts';

/** Messages of a partition, from a number on, by a schema each. */
const numbered = (partition: number, from: number, ...ids: readonly number[]) =>
  ids.map((id, i) => ({ partition, value: framed(id, long(from + i)) }));

const ten = (id: number): number[] => Array.from({ length: 10 }, () => id);

for (const kind of ['json', 'ndjson', '-'] as const)
  for (const comes of [true, false])
    test(`${kind}: --limit saves exactly so many while a batch waits for a schema that ${comes ? 'comes late' : 'does not come'}`, {
      skip: skipKafka,
    }, async (t) => {
      const topic = await newTopic(2);
      let answer = (): void => undefined;
      let ask = (): void => undefined;
      const ready = new Promise<void>((resolve) => (answer = resolve));
      const asked = new Promise<void>((resolve) => (ask = resolve));
      const schema = JSON.stringify({
        type: 'record',
        name: 'alert',
        fields: [{ name: 'candid', type: 'long' }],
      });
      const url = await startRegistry(
        t,
        { 1: schema, 2: schema },
        {
          ready: (id) => {
            if (id === 2) return undefined;
            ask();
            return ready;
          },
        },
      );
      // The second batch, behind the one that is going to wait, has half of the limit.
      await produce(topic, numbered(0, 0, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, ...ten(2)));
      const dir = newFolder(t);
      const to = kind === '-' ? ['-d', '-'] : ['-d', dir, ...outputOptions(kind)];
      const client = startClient(t, [
        ...[
          topic,
          '-g',
          unique('group'),
          '--limit',
          '20',
          '--batch-size',
          '10',
          '--schema-registry',
          url,
          ...to,
          ...slowly(t, 50),
        ],
        ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
      ]);
      await asked;
      await produce(topic, numbered(1, 100, ...ten(2)));
      if (comes) answer();
      else await produce(topic, numbered(1, 110, ...ten(2)));
      const { code, stdout, stderr } = await client.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /20 alerts saved/);
      if (kind === '-') {
        assert.equal(stdout.split('\n').length - 1, 20);
        return;
      }
      assert.equal(new Set(savedAlerts(dir, kind)).size, 20);
      const { findings } = await verifyFolder(dir);
      assert.ok(findings.clean, JSON.stringify(findings.faults));
    });
