import { safeParse } from 'valibot';
import { isAntaresAddress, serversOf } from '../antares.ts';
import type { LoginStore } from '../auth/login-store.ts';
import { storedLogin, type Way } from '../auth/stored-login.ts';
import { ClientError } from '../errors.ts';
import { configKey, type Flag, flagList, type FlagName } from '../flags.ts';
import { withoutLogin } from '../server-address.ts';
import { type ConfigFile, readConfigFile } from './config-file.ts';
import { type Source, spelled, type Values } from './given.ts';
import { chooseProfile, type NamedProfile, profileOptions } from './profile-options.ts';

/** What the command line said, as text; nothing is checked yet but the names. */
export interface CommandLine {
  readonly topics: readonly string[];
  /** By option name; a list for repeatable ones. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** Where the options come from. */
export interface ConfigSources {
  readonly commandLine: CommandLine;
  /** Options that the environment gave, by option name. */
  readonly environment: Readonly<Record<string, string>>;
  readonly isTerminal: boolean;
  /** False for commands that can do without topics. */
  readonly needsTopics?: false;
  /** False for commands that ask no broker: how to reach one, and who the user is there, is not looked at. */
  readonly needsBroker?: false;
  /** The options are a program's, which is not advised to use the environment or logins. */
  readonly forProgram?: true;
  /** The user's logins, the last that are asked; without them none is read. */
  readonly logins?: LoginStore | null;
}

/** An option that was given, and by whom. */
export interface GivenOption {
  readonly name: FlagName;
  /** Such as `--group`, `ANTARES_KAFKA_API_KEY`, or `group in FILE`. */
  readonly where: string;
  /** Its text; a secret's is not shown. */
  readonly shown: string;
}

/** What everybody gave, not yet checked. */
interface Gathered {
  readonly commandLine: CommandLine;
  readonly environment: ConfigSources['environment'];
  readonly file: ConfigFile;
  readonly stored: Readonly<Record<string, string>>;
  readonly profile: NamedProfile | null;
  /** By the keys of a configuration file. */
  readonly fromProfile: Readonly<Record<string, string>>;
  /** Options that the user gave, and not the store or the profile. */
  readonly explicit: ReadonlySet<string>;
  readonly way: Way;
}

export function gather(
  { commandLine, environment, logins = null }: Pick<ConfigSources, 'commandLine' | 'environment' | 'logins'>,
  warn: (text: string) => void,
): Gathered {
  const file = readConfigFile(commandLine.given['config'], warn);
  const given = (name: FlagName): unknown =>
    commandLine.given[name] ?? environment[name] ?? file.options[name];
  const profile = chooseProfile(given('profile'), file.profiles);
  const explicit = new Set(flagList.flatMap(([name]) => (given(name) === undefined ? [] : [name])));
  const fromProfile = profile === null ? {} : profileOptions(profile, explicit, given('sasl-mechanism'));
  const way = wayOf(profile, (name) => given(name) ?? fromProfile[configKey(name)]);
  const { options: stored, environment: rest } = storedLogin(
    way,
    { flags: commandLine.given, environment, file: file.options },
    logins,
    warn,
  );
  return { commandLine, environment: rest, file, stored, profile, fromProfile, explicit, way };
}

function wayOf(profile: NamedProfile | null, given: (name: FlagName) => unknown): Way {
  const text = (name: FlagName): string | null => {
    const value = given(name);
    return isScalar(value) ? String(value) : null;
  };
  const servers = serversOf(text('bootstrap-servers'), text('host'), text('port'));
  return {
    profile: profile?.name ?? (isAntaresAddress(servers) ? 'antares' : null),
    servers,
    kind: text('sasl-mechanism') === 'OAUTHBEARER' ? 'oauth' : 'password',
    tokenUrl: text('sasl-oauth-token-url'),
    takesLogin: (text('security-protocol') ?? 'sasl').startsWith('sasl'),
  };
}

/** The way that these flags lead, without a look at the rest. @throws ClientError CONFIG */
export function wayTo(given: CommandLine['given']): Way {
  return gather({ commandLine: { topics: [], given }, environment: {} }, () => undefined).way;
}

/** Every option's value, of the first who gives it, and who that is. @throws ClientError CONFIG naming what cannot be used. */
export function valuesOf(gathered: Gathered): {
  readonly values: Values;
  readonly sources: ReadonlyMap<FlagName, Source>;
} {
  const values: Record<string, unknown> = {};
  const sources = new Map<FlagName, Source>();
  for (const [name, flag] of flagList) {
    const found = firstOf(givenBy(name, flag, gathered));
    if (found !== null) sources.set(name, found[0]);
    values[name] = found === null ? flag.fallback : parsed(flag, ...found);
  }
  return { values: values as unknown as Values, sources };
}

/** Which options were given at all, and where. @throws ClientError CONFIG where the configuration file cannot be read. */
export function givenOptions(sources: ConfigSources): GivenOption[] {
  const gathered = gather(sources, () => undefined);
  return flagList.flatMap(([name, flag]) => {
    const found = firstOf(givenBy(name, flag, gathered));
    if (found === null) return [];
    const [source, value] = found;
    const words = [value].flat();
    // A property may be a password.
    const isOpen = flag.secret !== true && name !== 'property' && words.every(isScalar);
    const shown = isOpen ? words.join('; ') : '[not shown]';
    return [{ name, where: spelled(source), shown }];
  });
}

/** What one of those says who may give an option; undefined: nothing. */
type Offer = readonly [source: Source, value: unknown];

/** Who may give an option, the first of them first. */
function givenBy(
  name: FlagName,
  flag: Flag,
  { commandLine, environment, file, stored, way, profile, fromProfile }: Gathered,
): Offer[] {
  const key = configKey(name);
  return [
    [{ name: `--${name}`, place: '' }, commandLine.given[name]],
    [{ name: flag.env ?? '', place: '' }, environment[name]],
    [{ name: key, place: ` in ${String(commandLine.given['config'])}` }, file.options[name]],
    [{ name: key, place: ` stored for ${way.profile ?? ''}` }, stored[name]],
    [{ name: key, place: ` of the profile ${profile?.name ?? ''}` }, fromProfile[key]],
  ];
}

function firstOf(offers: readonly Offer[]): Offer | null {
  return offers.find(([, value]) => value !== undefined) ?? null;
}

/** @throws ClientError CONFIG naming who gave what cannot be used */
function parsed(flag: Flag, source: Source, given: unknown): unknown {
  const result = safeParse(flag.value, given);
  if (Array.isArray(given) && flag.repeatable !== true) {
    if (source.name.startsWith('--') && given.length > 1)
      throw new ClientError('CONFIG', `${source.name} was given ${given.length} times; once is enough.`);
    if (!result.success || flag.secret === true)
      throw new ClientError('CONFIG', `${spelled(source)} is a list; it takes one value.`);
  }
  if (result.success) return result.output;
  // Lists and objects are not shown either: passwords may be in them.
  const shown = flag.secret !== true && isScalar(given) && given !== '' ? withoutLogin(String(given)) : null;
  const wanted = result.issues[0].message;
  throw new ClientError('CONFIG', `${spelled(source, shown)} cannot be used: it must be ${wanted}.`);
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
