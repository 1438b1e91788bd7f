import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TroubleWatch } from '../../src/broker/trouble.ts';
import type { ClientError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';

const refusal =
  'FAIL: [thrd:sasl_ssl://localhost:9092/1]: sasl_ssl://localhost:9092/1: SASL authentication error: Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-512 (after 9ms in state AUTH_REQ)';
const MINUTE_MS = 60_000;

/** A watch whose clock the test holds. */
function watch(): { heard: TroubleWatch; pass: (ms: number) => void; said: string[]; failed: ClientError[] } {
  let nowMs = 0;
  const said: string[] = [];
  const failed: ClientError[] = [];
  const log = { warn: (text: string) => said.push(text), info: () => undefined } as unknown as Log;
  const heard = new TroubleWatch(
    log,
    (error) => failed.push(error),
    () => nowMs,
  );
  return {
    heard,
    pass: (ms) => {
      nowMs += ms;
    },
    said,
    failed,
  };
}

test('authentication that fails for five minutes ends the client, and is told once a minute until then', () => {
  const { heard, pass, said, failed } = watch();
  for (let count = 0; count <= 10; count++) {
    heard.heard(refusal, 0);
    assert.deepEqual(failed, [], `after ${count * 30} s`);
    pass(MINUTE_MS / 2);
  }
  heard.heard(refusal, 0);
  const ends = failed.map(({ code, exitCode }) => ({ code, exitCode }));
  assert.deepEqual(ends, [{ code: 'BROKER_AUTHENTICATION', exitCode: 1 }]);
  assert.match(failed.map(({ message }) => message).join(), /localhost:9092 does not take the credentials/);
  assert.equal(said.length, 6);
});

test('authentication that fails now and then ends nothing, also where no messages come in between', () => {
  const { heard, pass, failed } = watch();
  for (let count = 0; count < 20; count++) {
    heard.heard(refusal, 0);
    pass(2 * MINUTE_MS);
  }
  assert.deepEqual(failed, []);
});

test('messages that come prove that the client is in', () => {
  const { heard, pass, failed } = watch();
  for (let count = 0; count < 20; count++) {
    heard.heard(refusal, 0);
    pass(MINUTE_MS);
    heard.allWell();
  }
  assert.deepEqual(failed, []);
});

test('a right that was missing from the start ends the client, one that is taken away does not', () => {
  const fromTheStart = watch();
  fromTheStart.heard.heard('Broker: Topic authorization failed', 29);
  assert.equal(fromTheStart.failed[0]?.code, 'BROKER_AUTHORIZATION');
  const later = watch();
  later.heard.allWell();
  later.heard.heard('Broker: Topic authorization failed', 29);
  assert.deepEqual(later.failed, []);
  assert.equal(later.said.length, 1);
});
