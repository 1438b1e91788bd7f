import { readFileSync, statSync } from 'node:fs';
import { ClientError, fileFault } from './errors.ts';
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

/** What a subcommand that asks no broker takes of the environment's options: the broker's credentials are none of its business. */
export function registryOnly(environment: Readonly<Record<string, string>>): Record<string, string> {
  const auth = environment['schema-registry-auth'];
  return auth === undefined ? {} : { 'schema-registry-auth': auth };
}

/** Whether the value of a librdkafka property is a secret. */
export function isSecretProperty(key: string): boolean {
  return /password|passphrase|secret|key\.pem/i.test(key);
}

/** Whether the command line gave a secret as a flag. */
export function holdsSecret(given: Readonly<Record<string, unknown>>): boolean {
  if (flagList.some(([name, flag]) => flag.secret === true && given[name] !== undefined)) return true;
  const pairs = (given['property'] ?? []) as readonly string[];
  return pairs.some((pair) => isSecretProperty(pair.split('=', 1)[0] ?? ''));
}

/** Node's crash reports show the command line as it was typed; where a secret was in it there are none. */
export function withoutCrashReports(): void {
  const { report } = process;
  report.reportOnFatalError = false;
  if (report.reportOnSignal) {
    report.reportOnSignal = false;
    // Who asks for a report gets none; without this the signal would end the process.
    process.on(report.signal, () => undefined);
  }
  report.reportOnUncaughtException = false;
}

/**
 * Reads a secret from a file, without the line's end.
 *
 * @param named the option and the file, as a sentence names them.
 * @param warn is told when others may read the file.
 * @throws ClientError CONFIG
 */
export function readSecretFile(named: string, path: string, warn: (text: string) => void): string {
  try {
    const text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
    if (text === '') throw new Error('it is empty');
    warnWhereOthersRead(path, warn);
    return text;
  } catch (error) {
    throw new ClientError('CONFIG', `${named} cannot be read: ${fileFault(error)}.`, {
      cause: error,
    });
  }
}

/** Says so where other users of this machine may read a file that holds a secret. */
export function warnWhereOthersRead(path: string, warn: (text: string) => void): void {
  if (process.platform === 'win32' || (statSync(path).mode & 0o077) === 0) return;
  warn(`Others can read the secret in ${path}: chmod 600 ${path}`);
}

/** What a secret looks like as it is, in a line of JSON, and in an address. */
function disguisesOf(secret: string): string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [secret, inJson, encodeURIComponent(secret)];
}

const known = new Set<string>();
/** The longest first: one secret may begin with another. */
let disguises: readonly string[] = [];

/** From now on {@link redact} takes this text out. */
export function rememberSecret(secret: string | undefined): void {
  // A secret of three letters would black out half the log, and protects nothing.
  if (secret === undefined || secret.length <= 3 || known.has(secret)) return;
  known.add(secret);
  disguises = [...new Set([...known].flatMap(disguisesOf))].sort((a, b) => b.length - a.length);
}

/** A text without any secret that the client was given. */
export function redact(text: string): string {
  let clean = text;
  for (const disguise of disguises) clean = clean.replaceAll(disguise, '[secret]');
  return clean;
}
