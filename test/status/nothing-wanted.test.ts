import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test, type TestContext } from 'node:test';
import pino from 'pino';
import { tellWhereNothingIsWanted } from '../../src/status/nothing-wanted.ts';
import { History } from '../../src/telemetry/history.ts';
import { Telemetry } from '../../src/telemetry/telemetry.ts';
import { afterwards } from '../support/after.ts';
import { anyBroker, configOf } from '../support/options.ts';

/** A run of which so many alerts were filtered, and what its log says. */
async function run(
  t: TestContext,
  args: readonly string[],
  filteredAlerts: number,
): Promise<{ said: PassThrough; telemetry: Telemetry; end: () => void }> {
  const config = await configOf(['ztf', ...anyBroker, '-d', 'any', ...args]);
  const telemetry = new Telemetry();
  telemetry.of({ topic: 'ztf', partition: 0 }).filteredAlerts = filteredAlerts;
  t.mock.timers.enable({ apis: ['setInterval'] });
  const history = new History(telemetry);
  afterwards(t, () => {
    history.close();
  });
  const said = new PassThrough({ encoding: 'utf8' });
  return { said, telemetry, end: tellWhereNothingIsWanted(config, telemetry, history, pino(said)) };
}

const slip = ['--where', 'candidate.magpzf < 18'];

test('a filter that keeps nothing of many alerts is named while it runs, once', async (t) => {
  const { said, end } = await run(t, slip, 10_000);
  t.mock.timers.tick(1_000);
  const { level, msg } = JSON.parse(String(said.read())) as { level: number; msg: string };
  assert.equal(level, pino.levels.values['warn']);
  assert.match(msg, /^Of 10000 alerts --where kept none: antares-client doctor with the same options says/);
  t.mock.timers.tick(1_000);
  end();
  assert.equal(said.read(), null);
});

test('of few alerts it is named at the end, where --quiet does not show it', async (t) => {
  const { said, end } = await run(t, [...slip, '--cone', '10,20,1deg'], 1);
  end();
  const { level, msg } = JSON.parse(String(said.read())) as { level: number; msg: string };
  assert.equal(level, pino.levels.values['info']);
  assert.match(msg, /^Of 1 alert --where and --cone kept none/);
});

test('nothing is said of a filter that keeps something', async (t) => {
  const { said, telemetry, end } = await run(t, slip, 20_000);
  telemetry.of({ topic: 'ztf', partition: 0 }).savedAlerts = 1;
  t.mock.timers.tick(1_000);
  end();
  assert.equal(said.read(), null);
});

test('nothing is said of a function that wants nothing', async (t) => {
  const { said, end } = await run(t, [], 20_000);
  t.mock.timers.tick(1_000);
  end();
  assert.equal(said.read(), null);
});
