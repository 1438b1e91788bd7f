import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync, inflateSync } from 'node:zlib';
import avro from 'avsc';
import { deserialize } from 'bson';
import { createTopics } from '../src/broker/admin.ts';
import { avroType } from '../src/simulate/avro-type.ts';
import { exampleData } from '../src/simulate/example-data.ts';
import { simulateNight } from '../src/simulate/night.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { surveys } from '../src/simulate/surveys.ts';
import { dueMs } from '../src/simulate/play.ts';
import { ztfSchema } from '../src/simulate/schemas/ztf.ts';
import { freePort } from './support/faults.ts';
import { projectRoot } from './support/samples.ts';

for (const survey of surveys) {
  test(`the same seed makes the same ${survey} alerts, another one others`, () => {
    const make = (seed: number): string[] =>
      [...simulateNight({ survey, seed, count: 5 })].map(({ value }) => value.toString('base64'));
    assert.deepEqual(make(1), make(1));
    assert.notDeepEqual(make(1), make(2));
  });

  test(`${survey} alerts have ids of their own`, () => {
    const names = [...simulateNight({ survey, seed: 1, count: 300, stamps: false, history: 1 })].map(
      ({ name }) => name,
    );
    assert.equal(new Set(names).size, 300);
  });
}

test('sizes are like the surveys’: ANTARES 14 KB, ZTF 60 KB, LSST 80 KB', () => {
  const mean = (survey: 'antares' | 'ztf' | 'lsst'): number => {
    const alerts = [...simulateNight({ survey, seed: 1, count: 60 })];
    return alerts.reduce((sum, { value }) => sum + value.length, 0) / alerts.length;
  };
  assert.ok(Math.abs(mean('antares') / 14_500 - 1) < 0.4);
  assert.ok(Math.abs(mean('ztf') / 65_000 - 1) < 0.3);
  assert.ok(Math.abs(mean('lsst') / 82_000 - 1) < 0.1);
});

test('an ANTARES alert is one BSON document in a zlib stream, with ids beyond 2^53', () => {
  const [alert] = simulateNight({ survey: 'antares', seed: 1, count: 1 });
  assert.ok(alert);
  const document = deserialize(inflateSync(alert.value), { useBigInt64: true }) as {
    new_alert: { alert_id: number; original_id: bigint };
  };
  assert.equal(String(document.new_alert.alert_id), alert.name);
  assert.ok(document.new_alert.original_id > 2n ** 53n);
});

test('a ZTF alert is a container that another reader opens, and its stamps are FITS images with a source in the middle', async () => {
  const [alert] = simulateNight({ survey: 'ztf', seed: 1, count: 1 });
  assert.ok(alert);
  const decoder = new avro.streams.BlockDecoder({ parseHook: () => avroType(ztfSchema) });
  const records: { cutoutScience: { stampData: Buffer } }[] = [];
  decoder.on('data', (record: { cutoutScience: { stampData: Buffer } }) => records.push(record));
  await new Promise((resolve) => {
    decoder.on('end', resolve);
    decoder.end(alert.value);
  });
  const fits = gunzipSync(records[0]?.cutoutScience.stampData ?? Buffer.alloc(0));
  assert.equal(fits.length % 2880, 0);
  const cards =
    fits
      .subarray(0, 2880)
      .toString('latin1')
      .match(/.{80}/g)
      ?.map((card) => card.trim()) ?? [];
  assert.match(cards[0] ?? '', /^SIMPLE *= *T$/);
  assert.ok(cards.some((card) => /^NAXIS1 *= *63$/.test(card)));
  assert.ok(cards.includes('END'));
  const pixel = (x: number, y: number): number => fits.readFloatBE(2880 + 4 * (63 * y + x));
  assert.ok(pixel(31, 31) > pixel(2, 2) + 20);
});

test('visits come all at once every so many seconds, a rate evenly', () => {
  const visits = { kind: 'visits', alertsPerVisit: 10, everySeconds: 39 } as const;
  assert.deepEqual(
    [0, 9, 10, 25].map((index) => dueMs(visits, index)),
    [0, 0, 39_000, 78_000],
  );
  assert.equal(dueMs({ kind: 'rate', alertsPerSecond: 4 }, 8), 2_000);
  assert.equal(dueMs({ kind: 'full' }, 1_000_000), 0);
});

test('example_data is what the simulator makes', () => {
  const made = new Map(exampleData().map(({ path, content }) => [path, content]));
  const dir = join(projectRoot, 'example_data');
  const there = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.equal(there.length, made.size);
  for (const [path, content] of made) assert.ok(readFileSync(join(dir, path)).equals(content), path);
});

const nothingGiven = {
  ...{ survey: undefined, seed: '1', count: undefined, rate: undefined, visits: undefined },
  ...{ 'per-visit': undefined, every: undefined, partitions: undefined, 'schema-dir': undefined },
  ...{ 'bootstrap-servers': undefined, 'output-dir': undefined },
};

test('what would not be looked at, or makes no topic, is refused in a sentence', async () => {
  for (const [given, message] of [
    [{ every: '2' }, '--every is for --visits; give that too.'],
    [{ 'per-visit': '5' }, '--per-visit is for --visits; give that too.'],
    [{ visits: '2', rate: '5' }, '--rate is not for --visits, which say how many and when: leave it away.'],
    [{ visits: '2', count: '5' }, '--count is not for --visits, which say how many and when: leave it away.'],
    [{ partitions: '0' }, '--partitions 0 must be a whole number from 1.'],
    [{ partitions: '1.5' }, '--partitions 1.5 must be a whole number from 1.'],
  ] as const)
    await assert.rejects(simulate({ ...nothingGiven, 'output-dir': 'never', ...given }), { message });
});

test('an address that no broker can have is refused before anything is made, and a login in it not shown', async () => {
  for (const [servers, message] of [
    [
      'localhost:99999',
      '--bootstrap-servers localhost:99999 cannot be used: it must be HOST[:PORT], and the port of localhost:99999 must be a number from 1 to 65535.',
    ],
    [
      'user:PASSWORD@localhost:9092',
      '--bootstrap-servers …@localhost:9092 cannot be used: it must be HOST[:PORT], and no user and no password: these go into --api-key and ANTARES_KAFKA_API_SECRET.',
    ],
  ] as const)
    await assert.rejects(
      simulate({
        ...nothingGiven,
        'bootstrap-servers': servers,
      }),
      { message },
    );
});

test('who gives a broker and a folder, or neither, hears that it takes one', async () => {
  for (const target of ['localhost:9092', undefined])
    await assert.rejects(
      simulate({
        ...nothingGiven,
        'bootstrap-servers': target,
        'output-dir': target === undefined ? undefined : 'somewhere',
      }),
      /needs --bootstrap-servers .*, or --output-dir .*, and not both\./,
    );
});

test('where no broker is, it says which one was asked', async () => {
  const port = await freePort();
  await assert.rejects(createTopics({ 'bootstrap.servers': `localhost:${port}` }, ['night'], 1), {
    message: `The topic night cannot be made: localhost:${port} has not answered for 15 s: is it up, and is its port right?`,
  });
});
