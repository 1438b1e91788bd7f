import { ClientError } from '../errors.ts';
import type { FlagName } from '../flags.ts';
import type { Login, LoginStore } from './login-store.ts';

/** The way to a broker, as far as the login depends on it. */
export interface Way {
  /** null: none was named, and the broker is not that of ANTARES either. */
  readonly profile: string | null;
  readonly servers: string;
  readonly kind: Login['kind'];
  readonly tokenUrl: string | null;
  /** False: the security protocol knows no login. */
  readonly takesLogin: boolean;
}

/** What was given, in one place each. */
interface Given {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly file: Readonly<Record<string, unknown>>;
}

/** What the store adds, and what may still be taken from the environment. */
interface Stored {
  readonly options: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

const ANTARES = 'antares';
const optionsOf = {
  password: ['api-key', 'api-secret', 'api-secret-file'],
  oauth: ['sasl-oauth-client-id', 'sasl-oauth-client-secret', 'sasl-oauth-client-secret-file'],
} as const satisfies Record<Login['kind'], readonly FlagName[]>;

/**
 * Takes the profile's login from the store where no secret is given: by a flag, by the environment, by the configuration file.
 *
 * `ANTARES_KAFKA_API_KEY` and `…_SECRET` are named after one cluster. Another profile's broker gets them only where it has nothing of
 * its own, and the user is told: there are those who always have them set.
 *
 * @throws ClientError CONFIG where what is stored is for somebody else.
 */
export function storedLogin(
  way: Way,
  given: Given,
  logins: LoginStore | null,
  warn: (text: string) => void,
): Stored {
  const { flags, environment, file } = given;
  if (way.profile === null || !way.takesLogin) return { options: {}, environment };
  const isForeign = way.profile !== ANTARES;
  const own = isForeign ? without(environment, ['api-key', 'api-secret']) : environment;
  const [user, secret, secretFile] = optionsOf[way.kind];
  const above = (name: FlagName): unknown => flags[name] ?? own[name] ?? file[name];
  if (above(secret) !== undefined || above(secretFile) !== undefined) {
    const key = environment['api-key'];
    const keepsKey = isForeign && key !== undefined && above('api-key') === undefined;
    return { options: {}, environment: keepsKey ? { ...own, 'api-key': key } : own };
  }
  const login = logins?.get(way.profile, warn) ?? null;
  // A user that was named gets no other's secret, and a client's secret is no password.
  if (login?.kind === way.kind && (above(user) ?? login.user) === login.user) {
    checkTarget(login, way);
    return { options: { [user]: login.user, [secret]: login.secret }, environment: own };
  }
  if (way.kind === 'oauth') return { options: {}, environment: own };
  if (isForeign && environment['api-secret'] !== undefined) {
    warn(
      `ANTARES_KAFKA_API_SECRET is taken for ${way.servers}, the broker of the profile ${way.profile}. To give it a secret of its own, say antares-client auth add ${way.profile}.`,
    );
  }
  return { options: {}, environment };
}

/** Whom alone a secret goes to. */
export function targetOf({ kind, servers, tokenUrl }: Pick<Login, 'kind' | 'servers' | 'tokenUrl'>): string {
  return kind === 'oauth' ? `${servers} with tokens of ${tokenUrl ?? 'nobody'}` : servers;
}

/** A configuration file that somebody else wrote can name other servers for a profile. */
function checkTarget(login: Login, way: Way): void {
  if (targetOf(login) === targetOf(way)) return;
  const name = way.profile ?? '';
  const servers = login.servers === way.servers ? '' : ` --bootstrap-servers ${way.servers}`;
  throw new ClientError(
    'CONFIG',
    `The credentials stored for the profile ${name} are for ${targetOf(login)}, and not for ${targetOf(way)}: if you trust that, say antares-client auth add ${name}${servers}.`,
  );
}

function without(
  environment: Readonly<Record<string, string>>,
  names: readonly FlagName[],
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !names.some((each) => each === name)),
  );
}
