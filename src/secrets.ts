import { readFileSync, statSync } from 'node:fs';
import { ClientError, messageOf } from './errors.ts';
import { flagList } from './flags.ts';

/**
 * Takes the options that the environment gives, and removes the secret ones from it: workers, children and crash reports
 * shall not have them.
 */
export function takeEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const taken: Record<string, string> = {};
  for (const [name, flag] of flagList) {
    if (flag.env === undefined) continue;
    const value = env[flag.env];
    if (value !== undefined && value !== '') taken[name] = value;
    if (flag.secret === true) Reflect.deleteProperty(env, flag.env);
  }
  return taken;
}

/**
 * Reads a secret from a file, without the line's end.
 *
 * @param warn is told when others may read the file.
 * @throws ClientError CONFIG
 */
export function readSecretFile(path: string, warn: (text: string) => void): string {
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text === '') throw new Error('it is empty');
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      warn(`Others can read the secret in ${path}: chmod 600 ${path}`);
    }
    return text;
  } catch (error) {
    throw new ClientError('CONFIG', `--api-secret-file ${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

const known = new Set<string>();

/** From now on {@link redact} takes this text out. */
export function rememberSecret(secret: string | undefined): void {
  // A secret of three letters would black out half the log, and protects nothing.
  if (secret !== undefined && secret.length > 3) known.add(secret);
}

/** A text without any secret that the client was given. */
export function redact(text: string): string {
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, '[secret]');
  return clean;
}
