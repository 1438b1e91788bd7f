import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  absences,
  beginnings,
  formatRecord,
  type LayoutRecord,
  parseRecord,
  RECORD_EXTENSION,
  RecordError,
  recordName,
  type SegmentRecord,
} from '../../src/segment/record.ts';

const record: SegmentRecord = {
  format: 1,
  segment: '00000000000000000007.ndjson',
  temporary: '.antares-0.1-2.tmp',
  topic: 'ztf',
  partition: 3,
  first: 7,
  last: 20,
  behind: beginnings[0],
  alerts: 10,
  bytes: 1_000,
  crc32c: '0a1b2c3d',
  absent: [[absences[0], 8, 11]],
  several: [],
  lastMessage: { offset: 20, timestampMs: 1_700_000_000_000, bytes: 10, crc32c: '00000000' },
  writer: 'w',
};

test('a record comes back from its file as it was', () => {
  assert.deepEqual(parseRecord(formatRecord(record)), record);
});

test('a record of which a byte was changed or cut off is refused', () => {
  const text = formatRecord(record);
  for (let at = 0; at < text.length; at++) {
    const changed = `${text.slice(0, at)}${text[at] === '9' ? '8' : '9'}${text.slice(at + 1)}`;
    assert.throws(() => parseRecord(changed), RecordError, `changed at ${at}`);
    assert.throws(() => parseRecord(text.slice(0, at)), RecordError, `cut at ${at}`);
  }
});

test('a record of several files names none outside of the output folder', () => {
  const { topic, partition, first, last, behind, alerts, absent, several, lastMessage, writer } = record;
  const range = { topic, partition, first, last, behind, alerts, absent, several, lastMessage, writer };
  const { bytes, crc32c: checksum, temporary } = record;
  const layout = (path: string): LayoutRecord => ({
    ...range,
    format: 2,
    files: [{ path, temporary, alerts: 10, bytes, crc32c: checksum }],
  });
  const good = layout('ztf/2026-11-24/..a/3-00000000000000000007.ndjson');
  assert.deepEqual(parseRecord(formatRecord(good)), good);
  for (const path of ['../x', 'a/../../x', '/x', 'a//x', 'a/./x', 'a/..', '', 'a\\x', 'a/', '..'])
    assert.throws(() => parseRecord(formatRecord(layout(path))), RecordError, path);
});

test('a record of another format is refused, whatever its checksum', () => {
  assert.throws(() => parseRecord(formatRecord({ ...record, format: 3 as 1 })), RecordError);
  assert.throws(() => parseRecord(formatRecord({ ...record, segment: '../x' })), RecordError);
});

test('a record of an earlier version, with a timestamp as it came, is believed; what is no number is not', () => {
  const lastMessage = { offset: 20, timestampMs: -(2 ** 63), bytes: 10, crc32c: '00000000' };
  const read = parseRecord(
    formatRecord({ ...record, timestampsMs: [5, 1_795_489_200_000_000_000], lastMessage }),
  );
  assert.deepEqual(read.timestampsMs, [5, Number.MAX_SAFE_INTEGER]);
  assert.equal(read.lastMessage?.timestampMs, Number.MIN_SAFE_INTEGER);
  const endless = formatRecord({ ...record, timestampsMs: [5, Number.POSITIVE_INFINITY] });
  assert.throws(() => parseRecord(endless), RecordError);
});

test('names of records sort as their offsets do', () => {
  assert.equal(recordName(7), `00000000000000000007${RECORD_EXTENSION}`);
  assert.ok(recordName(999) < recordName(1_000));
});
