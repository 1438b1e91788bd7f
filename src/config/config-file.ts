import { readFileSync } from 'node:fs';
import { didYouMean } from '../did-you-mean.ts';
import { ClientError, fileFault, messageOf } from '../errors.ts';
import { configKey, flagList, flags } from '../flags.ts';
import { knownProfiles, type Profiles } from '../profiles/known.ts';
import { warnWhereOthersRead } from '../secrets.ts';

/** What a configuration file says, not yet checked but for its keys. */
export interface ConfigFile {
  readonly topics: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** The built-in ones and those of the file. */
  readonly profiles: Profiles;
}

/** @throws ClientError CONFIG */
export function readConfigFile(given: unknown, warn: (text: string) => void): ConfigFile {
  if (given === undefined) return { topics: [], options: {}, profiles: knownProfiles() };
  if (typeof given !== 'string')
    throw new ClientError('CONFIG', '--config was given several times; once is enough.');
  const content = parseConfigFile(given);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new ClientError('CONFIG', `--config ${given} must hold a JSON object.`);
  }
  const { topics = [], profiles, ...rest } = content as Record<string, unknown>;
  const list = typeof topics === 'string' ? [topics] : topics;
  if (!Array.isArray(list) || list.some((topic) => typeof topic !== 'string')) {
    throw new ClientError('CONFIG', `topics in ${given} must be a name or a list of names.`);
  }
  const byKey = new Map(Object.keys(flags).map((name) => [configKey(name), name]));
  byKey.delete('config');
  const options: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(rest)) {
    const name = byKey.get(key) ?? byKey.get(configKey(key.replaceAll('_', '-')));
    if (name === undefined) {
      throw new ClientError(
        'CONFIG',
        `There is no key ${key} in a configuration file (${given})${didYouMean(key, [...byKey.keys(), 'topics', 'profiles'])}`,
      );
    }
    options[name] = value;
  }
  const secret = flagList.find(([name, flag]) => flag.secret === true && options[name] !== undefined)?.[0];
  if (secret !== undefined) {
    const apart = `${secret}-file` in flags ? `; ${configKey(secret)}File keeps it apart` : '';
    warn(`${given} holds the secret ${configKey(secret)}${apart}.`);
    warnWhereOthersRead(given, warn);
  }
  return { topics: list as string[], options, profiles: knownProfiles(profiles, given) };
}

function parseConfigFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ClientError('CONFIG', `--config ${path} cannot be read: ${fileFault(error)}.`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // Node's message quotes the text around the fault, which may be a secret.
    const at = /position (\d+)/.exec(messageOf(error))?.[1];
    const where = at === undefined ? '' : ` (line ${text.slice(0, Number(at)).split('\n').length})`;
    throw new ClientError('CONFIG', `--config ${path} cannot be read: it is not JSON${where}.`);
  }
}
