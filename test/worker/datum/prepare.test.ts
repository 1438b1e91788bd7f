import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Data } from '../../../src/worker/datum/data.ts';
import { type AlertToAsk, createDatumPrepare } from '../../../src/worker/datum/prepare.ts';
import type { Message } from '../../../src/worker/message.ts';
import type { Prepare } from '../../../src/worker/message-worker.ts';
import { ChildHook, commandHook } from '../../../src/worker/process/child-hook.ts';
import { alertsForChild } from '../../../src/worker/prepare-by-child.ts';
import { KnownSchemas } from '../../../src/worker/schemas.ts';
import { Selection } from '../../../src/worker/select/selection.ts';
import { afterwards } from '../../support/after.ts';
import { container, long } from '../../support/avro.ts';
import { messageOf } from '../../support/samples.ts';
import { transcoder } from '../../support/transcode.ts';

const schema = {
  type: 'record',
  name: 'alert',
  fields: [
    { name: 'candid', type: 'long' },
    { name: 'class', type: ['null', 'string'] },
  ],
};
const message = messageOf(container(schema, [{ records: 1, bytes: Buffer.concat([long(7), long(0)]) }]));

function dataOf(): Data {
  return new Data({
    format: 'auto',
    schemas: new KnownSchemas(),
    reduction: null,
    stampFiles: null,
    checkOf: () => null,
  });
}

function prepareWith(toAsk: (message: Message, drop: () => void) => Iterable<AlertToAsk>): Prepare {
  return createDatumPrepare({
    data: dataOf(),
    transcoder: transcoder(),
    pathOf: null,
    selects: false,
    toAsk,
  });
}

async function savedBy(t: Parameters<typeof afterwards>[0], answer: string): Promise<string[]> {
  const hook = await ChildHook.start(commandHook(`sed -u 's/.*/${answer}/'`), 10_000, () => undefined);
  afterwards(t, () => {
    hook.stop();
  });
  const saved: string[] = [];
  await prepareWith(alertsForChild(transcoder(), hook))(
    message,
    ({ bytes }) => saved.push(bytes === null ? 'none' : Buffer.from(bytes).toString('hex')),
    10,
  );
  return saved;
}

/** Three records, of which somebody does not want the first. */
const three = messageOf(
  container(schema, [
    { records: 3, bytes: Buffer.concat([1, 2, 3].flatMap((candid) => [long(candid), long(0)])) },
  ]),
);

test('of several records those that are wanted are saved, each as it came', async (t) => {
  const saved: string[] = [];
  const take = ({ bytes }: { bytes: Uint8Array | null }): void => {
    saved.push(bytes === null ? 'none' : Buffer.from(bytes).toString('hex'));
  };
  const selection = Selection.of({ where: 'candid != 1', cones: [] });
  const parts = { data: dataOf(), pathOf: null, selects: true };
  await createDatumPrepare({ ...parts, transcoder: transcoder({ selection }), toAsk: null })(three, take, 10);
  assert.deepEqual(saved, ['none', '0400', '0600']);
  saved.length = 0;
  const program = commandHook(`sed -u 's/.*"candid":1,.*/false/; s/^{.*/null/'`);
  const hook = await ChildHook.start(program, 10_000, () => undefined);
  afterwards(t, () => {
    hook.stop();
  });
  await prepareWith(alertsForChild(transcoder(), hook))(three, take, 10);
  assert.deepEqual(saved, ['none', '0400', '0600']);
});

test('what a process answers is written by the schema of the alert that it was asked about', async (t) => {
  assert.deepEqual(await savedBy(t, 'null'), ['0e00']);
  assert.deepEqual(await savedBy(t, 'false'), ['none']);
  assert.deepEqual(await savedBy(t, '{"candid":9223372036854775807,"class":"SN"}'), [
    'feffffffffffffffff01' + '0204534e',
  ]);
});

test('an answer that does not fit the schema makes the message bad, and says where', async (t) => {
  for (const [answer, why] of [
    ['{"candid":1.5}', /candid is the number 1.5, and the schema wants a long/],
    ['{"candid":1,"score":2}', /the schema has no field score/],
    ['{"candid":', /cannot be saved as JSON/],
    ['7', /may answer null, false, an object/],
  ] as const)
    await assert.rejects(savedBy(t, answer), (error: Error) => {
      assert.equal(error.name, 'HookError');
      assert.match(error.message, why);
      return true;
    });
});
