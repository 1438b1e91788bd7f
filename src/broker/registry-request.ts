import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Config } from '../config.ts';

/** For one request as a whole, its answer's last byte included. */
export const REQUEST_TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** The registry does not answer as it should. */
export class RegistryTrouble extends Error {}

/** What a registry answered, whatever it is. */
export interface RegistryAnswer {
  readonly status: number;
  readonly body: string;
  /** Where a redirect points to. */
  readonly location: string | undefined;
}

/**
 * Asks a schema registry once, with limits of time and size. Redirects are not followed: the credentials are for this host.
 *
 * @throws RegistryTrouble, or the system's error.
 */
export async function askRegistry(
  url: URL,
  { registryAuth, registryCa }: Pick<Config['decode'], 'registryAuth' | 'registryCa'>,
  stop: AbortSignal,
  timeoutMs: number = REQUEST_TIMEOUT_MS,
): Promise<RegistryAnswer> {
  const ca = registryCa === null ? undefined : await readFile(registryCa);
  const late = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      const text = `its answer was not there after ${timeoutMs / 1000} s`;
      reject(late.aborted ? new RegistryTrouble(text) : (error as Error));
    };
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
      headers: { accept: 'application/vnd.schemaregistry.v1+json, application/json' },
      signal: AbortSignal.any([stop, late]),
      ...(registryAuth === null ? {} : { auth: registryAuth }),
      ...(ca === undefined ? {} : { ca }),
    });
    request.on('error', fail);
    request.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('error', fail);
      response.on('data', (part: string) => {
        body += part;
        if (body.length > MAX_ANSWER_BYTES)
          response.destroy(new RegistryTrouble(`its answer is larger than ${MAX_ANSWER_BYTES} bytes`));
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body, location: response.headers.location });
      });
    });
    request.end();
  });
}

/** What may be done about a status. */
export function hintAt(status: number, location: string | undefined): string {
  if (status === 401 || status === 403) return ' (check --schema-registry-auth)';
  if (location === undefined) return '';
  const shown = URL.canParse(location) ? ` to ${new URL(location).host}` : '';
  return ` (a redirect${shown}, which is not followed: give the final address with --schema-registry)`;
}
