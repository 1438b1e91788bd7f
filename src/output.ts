import { randomBytes } from 'node:crypto';
import { access, link, lstat, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';
import { ClientError, isDiskFull, messageOf } from './errors.ts';
import { syncFolder } from './segment/durable.ts';
import { isProbeName, probeName } from './temporary.ts';

/** A probe is there for a moment. One that is so much older than ours was left by a process that was killed, on whatever host. */
const LEFT_MS = 3_600_000;

/**
 * Makes the output folder and finds out whether it takes files, and whether its file system knows upper case from lower.
 *
 * @throws ClientError naming the folder and what to do.
 */
export async function prepareOutput(
  dir: string,
  form: Config['output']['form'],
): Promise<{ caseInsensitive: boolean }> {
  const tag = randomBytes(6).toString('hex');
  const probe = join(dir, probeName(tag));
  try {
    await makeFolder(dir);
    await writeFile(probe, '');
    await sweepProbes(dir, probe);
    if (form !== 'json') await probeLink(probe, dir, form);
    const caseInsensitive = await access(join(dir, probeName(tag).toUpperCase())).then(
      () => true,
      () => false,
    );
    return { caseInsensitive };
  } catch (error) {
    if (error instanceof ClientError) throw error;
    if (['EEXIST', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw new ClientError(
        'OUTPUT',
        `The output folder ${dir} cannot be made: it, or what it is in, is a file or a link that leads nowhere (${messageOf(error)}). Give another one with --output-dir.`,
        { cause: error },
      );
    const cure = isDiskFull((error as NodeJS.ErrnoException).code)
      ? 'Make room on its disk, or give another one with --output-dir'
      : 'Give another one with --output-dir, or make this one writable';
    throw new ClientError(
      'OUTPUT',
      `The output folder ${dir} cannot be written to: ${messageOf(error)}. ${cure}.`,
      { cause: error },
    );
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** Removes what others left. Ages are by the clock of the file system, which is one for all hosts. */
async function sweepProbes(dir: string, own: string): Promise<void> {
  const { mtimeMs } = await stat(own);
  // Who may not read a folder may still write to it.
  for (const name of await readdir(dir).catch(() => [])) {
    if (!isProbeName(name)) continue;
    const left = await lstat(join(dir, name)).catch(() => null);
    const isLeft = left?.isFile() === true && left.size === 0 && mtimeMs - left.mtimeMs > LEFT_MS;
    if (isLeft) await rm(join(dir, name), { force: true }).catch(() => undefined);
  }
}

/** Segments are published by a `link()` that only one writer can win; some file systems have none. */
async function probeLink(probe: string, dir: string, form: string): Promise<void> {
  const linked = `${probe}-link`;
  try {
    await link(probe, linked);
  } catch (error) {
    throw new ClientError(
      'OUTPUT',
      `The file system of ${dir} has no hard links (${messageOf(error)}), and --output ${form} needs them. Take another folder, or --output json.`,
      { cause: error },
    );
  } finally {
    await rm(linked, { force: true }).catch(() => undefined);
  }
}

/** Level by level: mkdir's own `recursive` never ends where a file system such as /proc says ENOENT to a new name. */
async function makeFolder(dir: string): Promise<void> {
  try {
    if ((await stat(dir)).isDirectory()) {
      // Who made it may have been killed before its name was on the disk.
      await syncNameOf(dir);
      return;
    }
  } catch {
    await makeFolder(dirname(dir));
  }
  await mkdir(dir).catch(async (error: unknown) => {
    // Another process may have made it in the meantime.
    if (
      !(await stat(dir).then(
        (found) => found.isDirectory(),
        () => false,
      ))
    )
      throw error;
  });
  await syncNameOf(dir);
}

/** Not everybody may read the folder that the output folder is in. */
async function syncNameOf(dir: string): Promise<void> {
  await syncFolder(dirname(dir)).catch((error: unknown) => {
    if (!['EACCES', 'EPERM', 'EINVAL', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
  });
}
