import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLog } from '../../src/log.ts';
import { Ledger } from '../../src/stream/ledger.ts';
import type { Session } from '../../src/stream/session.ts';
import { Source } from '../../src/stream/source.ts';
import { configOf, anyBroker } from '../support/options.ts';

test('who waits for a message hears what happens while the broker is asked for the end', async () => {
  const log = createLog({ level: 'warn', format: 'json' });
  const source = new Source(await configOf(['t', '-d', '-', ...anyBroker]), log, new Ledger(log));
  const session = {
    take: () => null,
    isEndReached: () => {
      source.stop();
      return Promise.resolve(false);
    },
  } as unknown as Session;
  assert.equal(await source.next(session), null);
});
