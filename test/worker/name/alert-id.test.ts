import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertId, idPaths } from '../../../src/worker/name/alert-id.ts';
import { messageOf } from '../../support/samples.ts';
import { transcoder } from '../../support/transcode.ts';

function idOf(alert: string, record: number | null = null): string {
  const message = messageOf(Buffer.from(alert), { topic: 'client.loci', partition: 3, offset: 42 });
  const [first] = transcoder({ fieldPaths: idPaths }).transcode(message);
  return alertId(first?.fields ?? [], message, 'loci', record);
}

const named: [string, string, string][] = [
  ['its alert_id', '{"new_alert":{"alert_id":17,"survey":1,"original_id":9007199254740993}}', '17'],
  [
    'survey and original_id without one',
    '{"new_alert":{"survey":1,"original_id":9007199254740993}}',
    '1-9007199254740993',
  ],
  [
    'survey and original_id where it is null',
    '{"new_alert":{"alert_id":null,"survey":1,"original_id":2}}',
    '1-2',
  ],
  [
    'survey and original_id where it is "null"',
    '{"new_alert":{"alert_id":"null","survey":1,"original_id":2}}',
    '1-2',
  ],
  [
    'survey and original_id where it is empty',
    '{"new_alert":{"alert_id":"","survey":1,"original_id":2}}',
    '1-2',
  ],
  [
    'the alert_id of the alert, where its envelope has one too',
    '{"alert_id":"A1","new_alert":{"alert_id":17}}',
    '17',
  ],
  ['an alert_id at the top', '{"alert_id":"A1","id":"x"}', 'A1'],
  ['the id of a locus', '{"id":"ANT2020abc","ra":1.5}', 'ANT2020abc'],
  ['the id in data of a locus', '{"data":{"id":"ANT2020abc","attributes":{}}}', 'ANT2020abc'],
  [
    'candid',
    '{"objectId":"ZTF18a","candid":595147624915010001,"candidate":{"candid":1}}',
    '595147624915010001',
  ],
  ['diaSourceId', '{"alertId":1,"diaSourceId":7912941781254298}', '7912941781254298'],
  ['alertId', '{"alertId":7912941781254298}', '7912941781254298'],
  ['where its message stood', '{"name":"x"}', 'loci-3-42'],
  ['where its message stood, when it is a list', '[{"id":1}]', 'loci-3-42'],
];

for (const [what, alert, id] of named) {
  test(`an alert is named by ${what}`, () => {
    assert.equal(idOf(alert), id);
  });
}

test('only a name by place tells records of one message apart', () => {
  assert.equal(idOf('{}', 2), 'loci-3-42-2');
  assert.equal(idOf('{"candid":5}', 2), '5');
});
