import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { prepareOutput } from '../src/output.ts';
import { newFolder } from './support/client.ts';

const HOUR_S = 3_600;

test('probes that killed processes left in the output folder are swept by their age, and nothing else is', async (t) => {
  const dir = newFolder(t);
  const nowS = Date.now() / 1_000;
  const put = (name: string, hours: number, text = ''): void => {
    writeFileSync(join(dir, name), text);
    utimesSync(join(dir, name), nowS - hours * HOUR_S, nowS - hours * HOUR_S);
  };
  put('.antares-probe-0123456789ab', 2);
  put('.antares-probe-0123456789ab-link', 2);
  // Of a process that is about to remove it.
  put('.antares-probe-ba9876543210', 0);
  put('.antares-probe-of-somebody', 2);
  put('.antares-probe-aaaaaaaaaaaa', 2, 'with something in it');
  mkdirSync(join(dir, '.antares-probe-bbbbbbbbbbbb'));
  utimesSync(join(dir, '.antares-probe-bbbbbbbbbbbb'), nowS - 2 * HOUR_S, nowS - 2 * HOUR_S);

  await prepareOutput(dir, 'ndjson');
  assert.deepEqual(readdirSync(dir).sort(), [
    '.antares-probe-aaaaaaaaaaaa',
    '.antares-probe-ba9876543210',
    '.antares-probe-bbbbbbbbbbbb',
    '.antares-probe-of-somebody',
  ]);
});

test('an output folder that a file, or a link that leads nowhere, has the name of is refused as that', async (t) => {
  const dir = newFolder(t);
  writeFileSync(join(dir, 'file'), '');
  symlinkSync(join(dir, 'nowhere'), join(dir, 'link'));
  for (const name of ['file', 'file/below', 'link'])
    await assert.rejects(prepareOutput(join(dir, name), 'json'), {
      code: 'OUTPUT',
      message: /cannot be made: it, or what it is in, is a file or a link that leads nowhere/,
    });
});
