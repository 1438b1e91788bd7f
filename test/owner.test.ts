import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { test } from 'node:test';
import { silentLog } from '../src/log.ts';
import { enterOwner, OWNER_FOLDER } from '../src/owner.ts';
import { newFolder } from './support/client.ts';
import { until } from './support/kafka.ts';
import { put } from './support/output-folder.ts';

test('who enters while the last one leaves, and takes the folder along, gets in', async (t) => {
  const dir = newFolder(t);
  const comeAndGo = async (writer: string): Promise<void> => {
    for (let round = 0; round < 300; round++) {
      const leave = await enterOwner({
        outputDir: dir,
        writer,
        group: 'astronomers',
        brokers: 'localhost:9092',
        share: false,
        alone: false,
        log: silentLog,
      });
      await leave();
    }
  };
  await assert.doesNotReject(Promise.all(['a', 'b', 'c'].map(comeAndGo)));
});

test('who was killed keeps nobody out, also while its parent does not ask how it ended, as in a container', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const dir = newFolder(t);
  // The shell would ask; the program in its place does not. So the child ends behind that.
  const parent = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60 3<&-'], {
    stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
  t.after(() => parent.kill());
  const nameOf = (id: number | undefined): string => readFileSync(`/proc/${id}/comm`, 'utf8').trim();
  const [told] = (await once(parent.stdout as Readable, 'data')) as [Buffer];
  const pid = Number(String(told));
  await until('the shell is gone', () => nameOf(parent.pid) === 'sleep');
  (parent.stdio[3] as Writable).end();
  const fields = (): string[] =>
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  await until('it has ended, and nobody has asked how', () => fields()[0] === 'Z');
  const entry = { host: hostname(), pid, processStart: fields()[19], group: null, brokers: '', started: '' };
  put(dir, join(OWNER_FOLDER, 'killed'), JSON.stringify(entry));
  const options = { outputDir: dir, writer: 'next', group: 'night', brokers: 'localhost:9092' };
  const leave = await enterOwner({ ...options, share: false, alone: false, log: silentLog });
  await leave();
});
