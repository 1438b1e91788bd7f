import { existsSync, statSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { ClientError } from '../errors.ts';
import type { FlagName, FlagValue } from '../flags.ts';

/** The options' values by name. */
export type Values = { readonly [N in FlagName]: FlagValue<N> | undefined };

/** Options of free text, such as a path. */
type TextName = { [N in FlagName]: string extends FlagValue<N> ? N : never }[FlagName];

/** Who gave an option. */
export interface Source {
  /** What it is called there: `--group`, `ANTARES_KAFKA_API_KEY`, `group`. */
  readonly name: string;
  /** Where that is, such as ` in FILE`; empty: the name says so. */
  readonly place: string;
}

/** An option as a sentence names it: `--indent four`, `indent: four in FILE`. @param shown its value; null: left away. */
export function spelled({ name, place }: Source, shown: string | null = null): string {
  if (shown === null) return name + place;
  return place === '' ? `${name} ${shown}` : `${name}: ${shown}${place}`;
}

/** What was given, each value parsed by itself; what the parts of the configuration are made of. */
export class Given {
  readonly values: Values;
  /** Options that the user gave, and not the store, the profile or a default. */
  readonly explicit: ReadonlySet<string>;
  /** Takes what the user should be told once. */
  readonly warn: (text: string) => void;

  readonly #sources: ReadonlyMap<FlagName, Source>;
  readonly #forProgram: boolean;

  constructor(
    values: Values,
    sources: ReadonlyMap<FlagName, Source>,
    explicit: ReadonlySet<string>,
    warn: (text: string) => void,
    forProgram: boolean,
  ) {
    this.values = values;
    this.#sources = sources;
    this.explicit = explicit;
    this.warn = warn;
    this.#forProgram = forProgram;
  }

  /** What to do, for who uses the command or for a program that uses the library: that looks at options only. */
  advice(toUser: string, toProgram: string): string {
    return this.#forProgram ? toProgram : toUser;
  }

  /** An option as it was given, for sentences about its value. @param shown null: the value is left away. */
  named(name: FlagName, shown: string | null = null): string {
    return spelled(this.#sources.get(name) ?? { name: `--${name}`, place: '' }, shown);
  }

  /** Of an option that has a default. */
  value<N extends FlagName>(name: N): FlagValue<N> {
    return this.values[name] as FlagValue<N>;
  }

  optional<N extends FlagName>(name: N): FlagValue<N> | null {
    return this.values[name] ?? null;
  }

  /** Of an option that names a file or a folder. @throws ClientError CONFIG where nothing is there. */
  path(name: TextName): string | null {
    const path = this.optional(name);
    if (path === null) return null;
    if (!existsSync(path)) {
      const whole = isAbsolute(path) ? '' : `: there is no ${resolve(path)}`;
      throw new ClientError('CONFIG', `${this.named(name, path)} does not exist${whole}.`);
    }
    return resolve(path);
  }

  /** Of an option that names a folder. @throws ClientError CONFIG where none is there. */
  folder(name: TextName): string | null {
    const path = this.path(name);
    if (path !== null && !statSync(path).isDirectory())
      throw new ClientError('CONFIG', `${this.named(name, this.optional(name))} is no folder.`);
    return path;
  }
}
