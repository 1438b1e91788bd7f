import { randomBytes } from 'node:crypto';
import { access, link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Config } from './config.ts';
import { ClientError, messageOf } from './errors.ts';

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
  const probe = join(dir, `.antares-probe-${tag}`);
  try {
    await makeFolder(dir);
    await writeFile(probe, '');
    if (form !== 'json') await probeLink(probe, dir, form);
    const caseInsensitive = await access(join(dir, `.ANTARES-PROBE-${tag}`)).then(
      () => true,
      () => false,
    );
    return { caseInsensitive };
  } catch (error) {
    if (error instanceof ClientError) throw error;
    throw new ClientError(
      'OUTPUT',
      `The output folder ${dir} cannot be written to: ${messageOf(error)}. Give another one with --output-dir, or make this one writable.`,
      { cause: error },
    );
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
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
    if ((await stat(dir)).isDirectory()) return;
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
}
