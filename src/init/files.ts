import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { resolveConfig } from '../config.ts';
import { wayTo } from '../config/gather.ts';
import { ClientError, messageOf } from '../errors.ts';
import type { Answers } from './answers.ts';

/** A file to be written. */
export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** Alerts whose fields have types, by profile. */
const alertTypes: Readonly<Record<string, string>> = {
  antares: "import('antares-client').AntaresAlert",
  rubin: "import('antares-client').LsstAlert",
};

/** @throws ClientError CONFIG where the client would not take what is to be written. */
export function checked({ topics, profile, output, outputDir }: Omit<Answers, 'hook'>): void {
  const given = { profile, output, 'output-dir': outputDir };
  resolveConfig({ commandLine: { topics, given }, environment: {}, isTerminal: true, needsBroker: false });
}

/** Why the client would not take these answers; undefined: it would. */
export function faultIn(answers: Pick<Answers, 'topics' | 'profile' | 'outputDir'>): string | undefined {
  try {
    checked({ ...answers, output: 'json' });
    return undefined;
  } catch (error) {
    if (error instanceof ClientError) return error.message;
    throw error;
  }
}

/** Whether the brokers of a profile may want a login. */
export function takesLogin(profile: string): boolean {
  return wayTo({ profile }).takesLogin;
}

/** The configuration file at `path`, and the function beside it, which is found wherever the client is started. */
export function filesOf(path: string, { hook, ...answers }: Answers): NewFile[] {
  if (hook === 'none') return [{ path, content: asJson(answers) }];
  const process = join(dirname(path), hook === 'python' ? 'process_alert.py' : 'process-alert.mjs');
  const content = hook === 'python' ? pythonHook : javascriptHook(answers.profile);
  return [
    { path, content: asJson({ ...answers, process: resolve(process) }) },
    { path: process, content },
  ];
}

function asJson(options: object): string {
  return `${JSON.stringify(options, null, 2)}\n`;
}

function javascriptHook(profile: string): string {
  return `/**
 * Sees every alert before it is saved, in each worker thread.
 *
 * @param {${alertTypes[profile] ?? 'Record<string, any>'}} alert
 * @param {import('antares-client').AlertContext} context topic, offset, logger, …
 * @returns nothing: the alert is saved as it came. false: it is not saved. An object: that is saved instead.
 */
export function processAlert(alert, context) {
  context.logger.debug(\`\${context.topic} \${context.offset}: \${Object.keys(alert).join(', ')}\`);
}
`;
}

const pythonHook = `def process_alert(alert):
    """Sees every alert, a dict, before it is saved.

    None: it is saved as it came. False: it is not saved. A dict: that is saved instead. What is printed goes to the log.
    """
    return None
`;

/** @throws ClientError CONFIG where a file is there that may not be replaced, or cannot be written. */
export function write(files: readonly NewFile[], mayReplace: boolean): void {
  const there = files.find(({ path }) => !mayReplace && existsSync(path));
  if (there !== undefined)
    throw new ClientError(
      'CONFIG',
      `${there.path} is there already; nothing was written. --force writes over it.`,
    );
  for (const { path, content } of files) {
    try {
      writeFileSync(path, content, { flag: mayReplace ? 'w' : 'wx' });
    } catch (error) {
      throw new ClientError('CONFIG', `${path} cannot be written: ${messageOf(error)}.`, { cause: error });
    }
  }
}
