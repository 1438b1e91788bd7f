import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { Ledger } from '../../src/stream/ledger.ts';
import type { Session } from '../../src/stream/session.ts';
import { Source } from '../../src/stream/source.ts';
import { configOf, anyBroker } from '../support/options.ts';

/** What a reader of a source hears, where this happens while the broker is asked for the end. */
async function hearing(isEnd: boolean, meanwhile: (source: Source) => void): Promise<unknown> {
  const log = createLog({ level: 'warn', format: 'json' });
  const source = new Source(await configOf(['t', '-d', '-', ...anyBroker]), log, new Ledger(log));
  const session = {
    take: () => null,
    isEndReached: () => {
      meanwhile(source);
      return Promise.resolve(isEnd);
    },
  } as unknown as Session;
  return source.next(session);
}

test('who waits for a message hears what happens while the broker is asked for the end', async () => {
  const heard = await hearing(false, (source) => {
    source.stop();
  });
  assert.equal(heard, null);
});

test('what goes wrong on the way to the end is not taken for the end', async () => {
  const gap = new ClientError('OFFSET_GAP', 'Lost.');
  const heard = hearing(true, (source) => {
    source.fail(gap);
  });
  await assert.rejects(heard, gap);
});
