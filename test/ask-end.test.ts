import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askEnd } from '../src/ask-end.ts';
import { nothingKnown } from '../src/beginning.ts';
import type { Assignment } from '../src/broker/assignment.ts';
import { GivenPositions } from '../src/broker/given-positions.ts';
import type { Gaps } from '../src/gaps.ts';
import type { Log } from '../src/log.ts';
import { UntilEnd } from '../src/stop/until-end.ts';

/** Whether it is over for who wants to begin there, in a group that has committed all. */
function isOver(given: GivenPositions, isAnswered: boolean): Promise<boolean> {
  return askEnd(
    {
      beginning: { ...nothingKnown, end: new UntilEnd(), given },
      assignment: { isAnswered } as unknown as Assignment,
      gaps: { looked: () => Promise.resolve() } as unknown as Gaps,
      log: { debug: () => undefined } as unknown as Log,
    },
    () => Promise.resolve(true),
  );
}

test('who goes back does not end before the group has given it its partitions, whatever was committed', async () => {
  const back = new GivenPositions([{ topic: 't', partition: 0, offset: 10 }]);
  assert.equal(await isOver(back, false), false);
  assert.equal(await isOver(back, true), true);
  assert.equal(await isOver(new GivenPositions(), false), true);
});
