import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { RecentlyUsed } from '../recently-used.ts';
import { askRegistry, hintAt, RegistryTrouble, REQUEST_TIMEOUT_MS } from './registry-request.ts';

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 30_000;
/** A stream has a handful of schemas; one that names thousands must not fill the memory. */
const MAX_ANSWERS = 64;

/** What is known of a schema id. */
export type SchemaAnswer =
  | { readonly kind: 'found'; readonly schemaText: string }
  /** Nobody knows it, or nobody was named to ask. `reason` says which option is missing or wrong. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Schemas by id: from `--schema-dir`, from the cache, from the registry. Ids are immutable, so what was found need not be asked for again. A registry that does
 * not answer is asked again with growing pauses, for as long as it takes: its messages wait, they do not become bad ones.
 */
export class SchemaRegistry {
  readonly #settings: Config['decode'];
  readonly #log: Log;
  readonly #stop: AbortSignal;
  readonly #requestTimeoutMs: number;
  /** Concurrent questions for one id share one request. */
  readonly #asked = new RecentlyUsed<number, Promise<SchemaAnswer>>(MAX_ANSWERS);

  /** @param requestTimeoutMs for one request as a whole, its answer's last byte included. */
  constructor(
    settings: Config['decode'],
    log: Log,
    stop: AbortSignal,
    requestTimeoutMs: number = REQUEST_TIMEOUT_MS,
  ) {
    this.#requestTimeoutMs = requestTimeoutMs;
    this.#settings = settings;
    this.#log = log;
    this.#stop = stop;
  }

  get(schemaId: number): Promise<SchemaAnswer> {
    let asked = this.#asked.get(schemaId);
    if (asked === undefined) {
      const found = this.#find(schemaId).catch(
        (error: unknown): SchemaAnswer => ({
          kind: 'unknown',
          reason: `schema ${schemaId} cannot be read: ${messageOf(error)}.`,
        }),
      );
      asked = found.then((answer) => {
        // Somebody may register it in a moment.
        if (answer.kind === 'unknown') this.#asked.delete(schemaId);
        return answer;
      });
      this.#asked.set(schemaId, asked);
    }
    return asked;
  }

  async #find(schemaId: number): Promise<SchemaAnswer> {
    const { schemaDir, registry, schemaCache } = this.#settings;
    if (schemaDir !== null) {
      const schemaText = await readFromDir(schemaDir, schemaId);
      if (schemaText !== null) return { kind: 'found', schemaText };
    }
    if (registry === null) {
      const reason =
        schemaDir === null
          ? `its messages name schema ${schemaId}, and neither --schema-registry nor --schema-dir says where to find it.`
          : `there is no schema ${schemaId} in ${schemaDir} (${schemaId}.json or ${schemaId}.avsc), and no --schema-registry to ask.`;
      return { kind: 'unknown', reason };
    }
    // Different registries give one id to different schemas.
    const cache =
      schemaCache === null
        ? null
        : join(schemaCache, createHash('sha256').update(registry).digest('hex').slice(0, 12));
    const cached = cache === null ? null : await readFromDir(cache, schemaId);
    if (cached !== null && isWhole(cached)) return { kind: 'found', schemaText: cached };
    const answer = await this.#ask(registry, schemaId);
    if (answer.kind === 'found' && cache !== null) await this.#keep(cache, schemaId, answer.schemaText);
    return answer;
  }

  async #ask(registry: string, schemaId: number): Promise<SchemaAnswer> {
    const url = new URL(`schemas/ids/${schemaId}`, registry.endsWith('/') ? registry : `${registry}/`);
    for (let waitMs = FIRST_RETRY_MS; ; waitMs = Math.min(2 * waitMs, LAST_RETRY_MS)) {
      try {
        const { status, body, location } = await askRegistry(
          url,
          this.#settings,
          this.#stop,
          this.#requestTimeoutMs,
        );
        if (status === 404) {
          return {
            kind: 'unknown',
            reason: `the schema registry ${url.host} knows no schema ${schemaId}; is --schema-registry the right one?`,
          };
        }
        if (status !== 200)
          throw new RegistryTrouble(`it answered with status ${status}${hintAt(status, location)}`);
        return { kind: 'found', schemaText: schemaOf(body, 'its answer') };
      } catch (error) {
        if (this.#stop.aborted) return { kind: 'unknown', reason: 'the client stops.' };
        if (waitMs === FIRST_RETRY_MS) {
          this.#log.warn(
            `The schema registry ${url.host} gives no schema ${schemaId}: ${messageOf(error)}. Its messages wait; asking again.`,
          );
        }
        // Jitter, so that many clients do not ask all at once.
        await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal: this.#stop }).catch(
          () => undefined,
        );
      }
    }
  }

  async #keep(dir: string, schemaId: number, schemaText: string): Promise<void> {
    try {
      await mkdir(dir, { recursive: true });
      const path = join(dir, `${schemaId}.avsc`);
      const temporary = `${path}.${process.pid}.tmp`;
      await writeFile(temporary, schemaText);
      await rename(temporary, path);
    } catch (error) {
      this.#log.warn(`Schema ${schemaId} could not be kept in --schema-cache: ${messageOf(error)}.`);
    }
  }
}

/** `ID.json`, as a registry answers, or `ID.avsc`, the schema alone. */
async function readFromDir(dir: string, schemaId: number): Promise<string | null> {
  for (const [file, read] of [
    [`${schemaId}.json`, schemaOf],
    [`${schemaId}.avsc`, (text: string): string => text],
  ] as const) {
    const path = join(dir, file);
    try {
      return read(await readFile(path, 'utf8'), path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return null;
}

/** Nobody waits for the disk to keep a schema: a power cut may leave a file with part of it, or nothing. */
function isWhole(schemaText: string): boolean {
  try {
    JSON.parse(schemaText);
    return true;
  } catch {
    return false;
  }
}

/** The schema in a registry's answer: `{"schema": "<JSON as a string>"}`. @param what it is called in complaints. */
function schemaOf(body: string, what: string): string {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    throw new RegistryTrouble(`${what} is not JSON`);
  }
  const schema = (answer as { schema?: unknown } | null)?.schema;
  if (typeof schema !== 'string') throw new RegistryTrouble(`${what} holds no schema`);
  return schema;
}
