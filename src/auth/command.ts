import type { Argv, CommandModule } from 'yargs';
import { addOptions } from '../arguments.ts';
import { didYouMean } from '../did-you-mean.ts';
import { ClientError } from '../errors.ts';
import { asTable } from '../table.ts';
import { rememberSecret } from '../secrets.ts';
import { type Login, type LoginStore, userLogins } from './login-store.ts';

const USAGE = 'antares-client auth add PROFILE, auth list or auth remove PROFILE';

/** `antares-client auth`: the user's credentials, a profile each. */
export const authCommand: CommandModule<object, never> = {
  command: 'auth [action] [profile]',
  describe: 'Keep credentials for --profile: auth add PROFILE, auth list, auth remove PROFILE',
  builder: ((command: Argv) =>
    addOptions(
      command
        // A word too many may be a secret, which nothing is to print: the handler refuses it.
        .strictCommands(false)
        .usage(
          '$0 auth add PROFILE [options]\n$0 auth list\n$0 auth remove PROFILE\n\nKeeps user and secret for a profile, in a file that only you can read. add asks for both; from a pipe it\ntakes the user and the secret, a line each.',
        )
        .positional('action', { type: 'string', describe: 'add, list or remove' })
        .positional('profile', { type: 'string', describe: 'One that antares-client profiles lists' })
        .option('user', {
          string: true,
          requiresArg: true,
          describe: 'User name, API key or client id, instead of being asked for it',
        }),
      ['config', 'bootstrap-servers'],
    )) as never,
  handler: async (given: unknown) => {
    const { action, profile, user, _: words, ...options } = given as Given;
    const store = userLogins(process.env);
    if (store === null)
      throw new ClientError('CONFIG', 'You have no home folder to keep credentials in: set XDG_CONFIG_HOME.');
    if (words.length > 1)
      throw new ClientError('USAGE', `That is a word too many; secrets are asked for. Say ${USAGE}.`);
    if (action === 'list' && profile === undefined) list(store);
    else if (action === 'add' && profile !== undefined) await add(store, profile, user, options);
    else if (action === 'remove' && profile !== undefined) remove(store, profile);
    else throw new ClientError('USAGE', `Say ${USAGE}.`);
  },
};

interface Given {
  readonly action?: string;
  readonly profile?: string;
  readonly user?: string;
  readonly config?: string;
  readonly 'bootstrap-servers'?: string;
  readonly _: readonly string[];
}

async function add(
  store: LoginStore,
  profile: string,
  givenUser: string | undefined,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  // Loaded late, for the main command needs none of it.
  const { wayTo } = await import('../config/gather.ts');
  const { ask } = await import('./ask.ts');
  const { targetOf } = await import('./stored-login.ts');
  const { servers, kind, tokenUrl, takesLogin } = wayTo({ ...options, profile });
  if (!takesLogin)
    throw new ClientError(
      'USAGE',
      `The broker of the profile ${profile} knows no login; there is nothing to store.`,
    );
  if (kind === 'oauth' && tokenUrl === null)
    throw new ClientError(
      'CONFIG',
      `The profile ${profile} names no token server: it lacks saslOauthTokenUrl.`,
    );
  const secretQuestion = { text: kind === 'oauth' ? 'client secret' : 'secret or password', isSecret: true };
  const userQuestion = { text: kind === 'oauth' ? 'client id' : 'user name or API key', isSecret: false };
  const answers = await ask(givenUser === undefined ? [userQuestion, secretQuestion] : [secretQuestion]);
  const secret = answers.at(-1) ?? '';
  rememberSecret(secret);
  const login: Login = {
    kind,
    user: givenUser ?? answers[0] ?? '',
    secret,
    servers,
    tokenUrl: kind === 'oauth' ? tokenUrl : null,
  };
  store.put(profile, login, warn);
  process.stdout.write(
    `The credentials of ${login.user} for ${profile} are in ${store.pathOf(profile)}. They are for ${targetOf(login)} only.\n`,
  );
}

/** What cannot be read does not hide the others. */
function list(store: LoginStore): void {
  const troubles: unknown[] = [];
  const rows = store.names().flatMap((name) => {
    try {
      const login = store.get(name, warn);
      return login === null ? [] : [[name, login.user, login.servers, store.pathOf(name)]];
    } catch (error) {
      troubles.push(error);
      return [];
    }
  });
  process.stdout.write(asTable(rows));
  // No row of a table that programs read.
  if (rows.length === 0 && troubles.length === 0)
    process.stderr.write('Nothing is stored yet; antares-client auth add PROFILE keeps credentials.\n');
  if (troubles.length > 0) throw troubles[0];
}

function remove(store: LoginStore, profile: string): void {
  const path = store.pathOf(profile);
  if (store.remove(profile)) {
    process.stdout.write(`${path} is removed.\n`);
    return;
  }
  throw new ClientError(
    'USAGE',
    `Nothing is stored for ${profile}${didYouMean(profile, store.names())} antares-client auth list tells for which profiles there is.`,
  );
}

function warn(text: string): void {
  process.stderr.write(`antares-client: ${text}\n`);
}
