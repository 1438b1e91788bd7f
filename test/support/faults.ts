import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { jsonAlert, newFolder } from './client.ts';
import { numbersBelow } from './saved.ts';

/** Numbered alerts of 3 kB, dealt to the partitions in turn. */
export function numberedAlerts(count: number, partitions = 1): { value: Buffer; partition: number }[] {
  return numbersBelow(count).map((i) => ({
    value: jsonAlert(i, { candidate: { fid: i % 3 }, filler: 'x'.repeat(3_000) }),
    partition: i % partitions,
  }));
}

/** Options that make the client slow enough for something to happen in mid-stream: a hook that takes its time, and little in flight. */
export function slowly(t: TestContext, msAnAlert = 2): string[] {
  const hook = join(newFolder(t), 'slow.mjs');
  writeFileSync(
    hook,
    `export const processAlert = () => new Promise((done) => setTimeout(done, ${msAnAlert}));`,
  );
  return ['--process', hook, '--max-in-flight-bytes', '200kB', '--workers', '2'];
}

/** An environment in which a command is this shell script. */
export function withCommand(t: TestContext, name: string, script: string): NodeJS.ProcessEnv {
  const dir = newFolder(t);
  const file = join(dir, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return { PATH: `${dir}${delimiter}${process.env['PATH'] ?? '/usr/bin:/bin'}` };
}

/** A port of the loopback that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
