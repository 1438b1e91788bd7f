import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ClientError } from '../errors.ts';
import type { FlagName, FlagValue } from '../flags.ts';

/** The options' values by name. */
export type Values = { readonly [N in FlagName]: FlagValue<N> | undefined };

/** Options of free text, such as a path. */
type TextName = { [N in FlagName]: string extends FlagValue<N> ? N : never }[FlagName];

/** What was given, each value parsed by itself; what the parts of the configuration are made of. */
export class Given {
  readonly values: Values;
  /** Options that the user gave, and not the store, the profile or a default. */
  readonly explicit: ReadonlySet<string>;
  /** Takes what the user should be told once. */
  readonly warn: (text: string) => void;

  readonly #forProgram: boolean;

  constructor(
    values: Values,
    explicit: ReadonlySet<string>,
    warn: (text: string) => void,
    forProgram: boolean,
  ) {
    this.values = values;
    this.explicit = explicit;
    this.warn = warn;
    this.#forProgram = forProgram;
  }

  /** What to do, for who uses the command or for a program that uses the library: that looks at options only. */
  advice(toUser: string, toProgram: string): string {
    return this.#forProgram ? toProgram : toUser;
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
    if (!existsSync(path)) throw new ClientError('CONFIG', `--${name} ${path} does not exist.`);
    return resolve(path);
  }

  /** Of an option that names a folder. @throws ClientError CONFIG where none is there. */
  folder(name: TextName): string | null {
    const path = this.path(name);
    if (path !== null && !statSync(path).isDirectory())
      throw new ClientError('CONFIG', `--${name} ${this.optional(name) ?? ''} is no folder.`);
    return path;
  }
}
