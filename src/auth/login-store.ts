import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { ClientError, messageOf } from '../errors.ts';
import { isProfileName } from '../profiles/profile.ts';
import { rememberSecret, warnWhereOthersRead } from '../secrets.ts';
import { syncFolder } from '../sync-folder.ts';
import { newWriter, removeIfThere, sweepTemporaries, temporaryName } from '../temporary.ts';

const text = v.pipe(v.string(), v.minLength(1));
const loginSchema = v.strictObject({
  /** A user name or API key with its password, or an OAuth client's id with its secret. */
  kind: v.picklist(['password', 'oauth']),
  user: text,
  secret: text,
  /** The brokers that it is for. */
  servers: text,
  /** The token server that the client id and secret are for. */
  tokenUrl: v.nullable(text),
});

/** Who the user is to the brokers of a profile, and whom alone the secret goes to. */
export type Login = Readonly<v.InferOutput<typeof loginSchema>>;

/**
 * The user's logins, a file a profile, so that none can be lost by writing another. Only the user can read them.
 */
export class LoginStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The profiles that a login is kept for. @throws ClientError CONFIG */
  names(): string[] {
    const files = this.#ifThere(this.#folder, () => readdirSync(this.#folder)) ?? [];
    return files
      .filter((file) => file.endsWith('.json'))
      .map((file) => file.slice(0, -'.json'.length))
      .filter((name) => isProfileName(name))
      .sort();
  }

  /**
   * @param warn is told where others can read it.
   * @returns null: none is kept.
   * @throws ClientError CONFIG
   */
  get(name: string, warn: (text: string) => void): Login | null {
    const path = this.pathOf(name);
    const text = this.#ifThere(path, () => readFileSync(path, 'utf8'));
    if (text === null) return null;
    const login = parseLogin(text);
    if (login === null) {
      throw new ClientError(
        'CONFIG',
        `The credentials in ${path} cannot be used, for they are not as they were stored: antares-client auth add ${name} stores them anew.`,
      );
    }
    rememberSecret(login.secret);
    warnWhereOthersRead(path, warn);
    this.#warnOfFolder(warn);
    return login;
  }

  /** Keeps a login instead of the one there was. Whoever reads finds the old one or the new one, whole. @throws ClientError OUTPUT */
  put(name: string, login: Login, warn: (text: string) => void): void {
    const path = this.pathOf(name);
    const writer = newWriter();
    const temporary = join(this.#folder, temporaryName(writer, 0, 0));
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      // One that was killed while it wrote left a secret behind.
      sweepTemporaries(this.#folder, writer, []);
      try {
        writeFileSync(temporary, `${JSON.stringify(login, null, 2)}\n`, {
          flag: 'wx',
          mode: 0o600,
          flush: true,
        });
        renameSync(temporary, path);
      } catch (error) {
        removeIfThere(temporary);
        throw error;
      }
      syncFolder(this.#folder);
    } catch (error) {
      throw new ClientError('OUTPUT', `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
    }
    this.#warnOfFolder(warn);
  }

  /** @returns false: there was none. @throws ClientError OUTPUT */
  remove(name: string): boolean {
    const path = this.pathOf(name);
    try {
      unlinkSync(path);
      syncFolder(this.#folder);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw new ClientError('OUTPUT', `${path} cannot be removed: ${messageOf(error)}.`, { cause: error });
    }
  }

  /** The file of a profile's login. @throws ClientError USAGE where no profile can have this name. */
  pathOf(name: string): string {
    if (isProfileName(name)) return join(this.#folder, `${name}.json`);
    throw new ClientError('USAGE', `${name} is no name of a profile; antares-client profiles lists them.`);
  }

  #ifThere<T>(path: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (isMissing(error)) return null;
      throw new ClientError('CONFIG', `The credentials in ${path} cannot be read: ${messageOf(error)}.`, {
        cause: error,
      });
    }
  }

  #warnOfFolder(warn: (text: string) => void): void {
    if (process.platform === 'win32' || (statSync(this.#folder).mode & 0o077) === 0) return;
    warn(`Others can look into ${this.#folder}, where credentials are kept: chmod 700 ${this.#folder}`);
  }
}

/** Where the user's logins are kept: in `$XDG_CONFIG_HOME`, else in `~/.config`. null: the user has no home. */
export function userLogins(env: NodeJS.ProcessEnv): LoginStore | null {
  const given = env['XDG_CONFIG_HOME'] ?? '';
  try {
    // The specification wants relative ones to be passed over.
    const base = isAbsolute(given) ? given : join(homedir(), '.config');
    return new LoginStore(join(base, 'antares-client', 'credentials'));
  } catch {
    return null;
  }
}

function parseLogin(text: string): Login | null {
  try {
    const parsed = v.safeParse(loginSchema, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    // Node's message would quote the text.
    return null;
  }
}

function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
