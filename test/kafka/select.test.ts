import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { newFolder, runClient } from '../support/client.ts';
import { newTopic, produce, skipKafka, unique } from '../support/kafka.ts';
import { readSamples, samplesDir, skipSamples, type Survey } from '../support/samples.ts';

const record = { antares: 'new_alert', ztf: 'candidate', lsst: 'diaSource' } satisfies Record<Survey, string>;

for (const survey of Object.keys(record) as Survey[]) {
  test(`of ${survey} alerts the selected ones are saved, reduced, and the rest counts as filtered`, {
    skip: skipKafka || skipSamples,
  }, async (t) => {
    const samples = readSamples(survey);
    const dir = newFolder(t);
    const topic = await newTopic();
    await produce(
      topic,
      samples.map(({ wire }) => ({ value: wire })),
    );
    const registry = join(samplesDir, 'lsst', 'registry');
    const place = record[survey];
    const alerts = samples.map(({ name, json }) => {
      const alert = JSON.parse(json.toString()) as Record<string, { ra: number; dec: number }>;
      return { name, at: alert[place] as { ra: number; dec: number } };
    });
    const limit = alerts[0]?.at.dec ?? 0;
    const run = async (...more: string[]): Promise<string> => {
      const { code, stderr } = await runClient(t, [
        ...[topic, '-d', dir, '-g', unique('group'), '--until-end', '--schema-dir', registry],
        ...['--start-at', 'earliest', ...more],
      ]);
      assert.equal(code, 0, stderr);
      return stderr;
    };
    const kept = alerts.filter(({ at }) => at.dec >= limit);
    const stderr = await run('--where', `${place}.dec >= ${limit}`, '--fields', `${place}.dec`);
    assert.match(stderr, new RegExp(`${kept.length} alerts? saved`));
    if (kept.length < alerts.length)
      assert.match(stderr, new RegExp(`${alerts.length - kept.length} filtered`));
    for (const { name, at } of kept) {
      const file = JSON.parse(readFileSync(join(dir, topic, `${name}.json`), 'utf8')) as unknown;
      assert.deepEqual(file, { [place]: { dec: at.dec } });
    }
    const { at } = alerts[0] as { at: { ra: number; dec: number } };
    const nothing = await run('--cone', `${at.ra},${-at.dec},1arcsec`, '--share-output-dir');
    assert.match(nothing, new RegExp(`${alerts.length} filtered`));
    assert.match(nothing, new RegExp(`Of ${alerts.length} alerts? --cone kept none: antares-client doctor`));
  });
}
