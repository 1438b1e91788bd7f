import type { ChildProcess } from 'node:child_process';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { dirname } from 'node:path';
import type { FileHandle } from 'node:fs/promises';
import type { FileEvent } from '../check/durable.ts';
import { type Plan, reach } from './plan.ts';

const require = createRequire(import.meta.url);
const fs = require('node:fs') as typeof import('node:fs');
const childProcess = require('node:child_process') as typeof import('node:child_process');

/** What the client writes is under such a name first. */
const TEMPORARY = /\/\.antares-[^/]*\.tmp$/;

/**
 * Wraps the calls of the file system that the client makes: they are written down, windows for kills open behind them, and the bug
 * `no-fsync` makes them forget what they were for.
 */
export function watchFiles(plan: Plan, note: (event: FileEvent) => void): void {
  const { openSync, writeSync, fsync, fsyncSync, renameSync, linkSync, unlinkSync, mkdirSync } = fs;
  const paths = new Map<number, string>();

  fs.openSync = (path, flags, mode) => {
    const file = openSync(path, flags, mode);
    paths.set(file, String(path));
    if (flags !== 'r') note({ call: 'create', path: String(path) });
    return file;
  };
  fs.writeSync = ((file: number, ...rest: [never]) => {
    const path = paths.get(file);
    if (path !== undefined) note({ call: 'write', path });
    const count = writeSync(file, ...rest);
    if (path !== undefined && TEMPORARY.test(path)) reach(plan, 'after-write');
    return count;
  }) as typeof fs.writeSync;
  fs.fsyncSync = (file) => {
    if (plan.bug === 'no-fsync') return;
    fsyncSync(file);
    note({ call: 'fsync', path: paths.get(file) ?? '' });
    reach(plan, 'after-sync');
  };
  fs.fsync = ((file: number, callback: (error: Error | null) => void) => {
    if (plan.bug === 'no-fsync') {
      setImmediate(callback, null);
      return;
    }
    fsync(file, (error) => {
      if (error === null) {
        note({ call: 'fsync', path: paths.get(file) ?? '' });
        reach(plan, 'after-sync');
      }
      callback(error);
    });
  }) as typeof fs.fsync;
  fs.renameSync = (from, to) => {
    renameSync(from, to);
    note({ call: 'rename', from: String(from), to: String(to) });
    if (TEMPORARY.test(String(from))) reach(plan, 'after-publish');
  };
  fs.linkSync = (from, to) => {
    linkSync(from, to);
    note({ call: 'link', from: String(from), to: String(to) });
    if (TEMPORARY.test(String(from))) reach(plan, 'after-publish');
  };
  fs.unlinkSync = (path) => {
    unlinkSync(path);
    note({ call: 'unlink', path: String(path) });
  };
  fs.mkdirSync = ((path: string, options: { recursive: true }) => {
    const first = mkdirSync(path, options);
    if (first !== undefined)
      for (let at = path; at.length >= first.length; at = dirname(at)) note({ call: 'mkdir', path: at });
    return first;
  }) as typeof fs.mkdirSync;

  watchPromises(plan, note);
  watchSync(plan, note);
  // What was imported by name from the built-in modules sees the wrapped ones from now on.
  syncBuiltinESMExports();
}

/** The same for those that do not block. */
function watchPromises(plan: Plan, note: (event: FileEvent) => void): void {
  const { open, link, unlink, mkdir } = fs.promises;
  fs.promises.open = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    if (flags !== 'r') note({ call: 'create', path: String(path) });
    watchHandle(file, String(path), plan, note);
    return file;
  };
  fs.promises.link = async (from, to) => {
    await link(from, to);
    note({ call: 'link', from: String(from), to: String(to) });
    if (TEMPORARY.test(String(from))) reach(plan, 'after-publish');
  };
  fs.promises.unlink = async (path) => {
    await unlink(path);
    note({ call: 'unlink', path: String(path) });
  };
  fs.promises.mkdir = (async (path: string, options?: { recursive: true }) => {
    const first = await mkdir(path, options);
    if (typeof first === 'string')
      for (let at = path; at.length >= first.length; at = dirname(at)) note({ call: 'mkdir', path: at });
    else if (options?.recursive !== true) note({ call: 'mkdir', path });
    return first;
  }) as typeof fs.promises.mkdir;
}

function watchHandle(file: FileHandle, path: string, plan: Plan, note: (event: FileEvent) => void): void {
  const [write, writeFile, appendFile, sync] = [
    file.write.bind(file),
    file.writeFile.bind(file),
    file.appendFile.bind(file),
    file.sync.bind(file),
  ];
  file.write = async (...args: [never]) => {
    note({ call: 'write', path });
    const result = await write(...args);
    if (TEMPORARY.test(path)) reach(plan, 'after-write');
    return result;
  };
  file.writeFile = async (...args) => {
    note({ call: 'write', path });
    await writeFile(...args);
    if (TEMPORARY.test(path)) reach(plan, 'after-write');
  };
  file.appendFile = async (data, ...rest) => {
    note({ call: 'write', path });
    // As much of the lines as had come to the file when the process died.
    reach(plan, 'inside-journal', () => {
      fs.appendFileSync(path, String(data).slice(0, -10));
    });
    await appendFile(data, ...rest);
  };
  file.sync = async () => {
    if (plan.bug === 'no-fsync') return;
    await sync();
    note({ call: 'fsync', path });
    reach(plan, 'after-sync');
  };
}

/** `sync -f`, one for many files. */
function watchSync(plan: Plan, note: (event: FileEvent) => void): void {
  const { spawn } = childProcess;
  let syncs = 0;
  childProcess.spawn = ((command: string, args: string[], options: object): ChildProcess => {
    if (command !== 'sync') return spawn(command, args, options);
    if (plan.bug === 'no-fsync') return spawn('true', [], options);
    const id = syncs++;
    note({ call: 'syncfs-begins', id });
    const child = spawn(command, args, options);
    child.prependListener('close', (code) => {
      if (code !== 0) return;
      note({ call: 'syncfs-ended', id });
      reach(plan, 'after-sync');
    });
    return child;
  }) as typeof childProcess.spawn;
}
