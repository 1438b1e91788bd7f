import { dirname } from 'node:path';

/** A call that a client made, in the order of the calls. Calls that make something durable are noted after, commits before they are made. */
export type FileEvent =
  | { readonly call: 'create' | 'write' | 'fsync' | 'unlink' | 'mkdir'; readonly path: string }
  | { readonly call: 'rename' | 'link'; readonly from: string; readonly to: string }
  | { readonly call: 'syncfs-begins' | 'syncfs-ended'; readonly id: number }
  | { readonly call: 'commit'; readonly topic: string; readonly partition: number; readonly offset: number };

interface Inode {
  /** How often it was written. */
  version: number;
  /** The version that is on the disk; -1: none. */
  durableVersion: number;
}

/**
 * A file system that forgets, when the power goes, whatever was not synced: a file's bytes without an fsync of the file, a name without one of
 * its folder, and all that lies in a folder whose own name is not durable.
 */
export class ForgetfulFiles {
  readonly #root: string;
  #names = new Map<string, Inode>();
  readonly #synced = new Set<string>();
  readonly #everNamed = new Set<string>();
  #durableNames = new Map<string, Inode>();
  readonly #syncs = new Map<number, { names: Map<string, Inode>; versions: Map<Inode, number> }>();

  /** @param root the output folder, which was there before. */
  constructor(root: string) {
    this.#root = root;
  }

  apply(event: FileEvent): void {
    if ('path' in event) this.#everNamed.add(event.path);
    if ('to' in event) this.#everNamed.add(event.to);
    switch (event.call) {
      case 'create':
      case 'mkdir':
        this.#names.set(event.path, { version: 0, durableVersion: event.call === 'mkdir' ? 0 : -1 });
        return;
      case 'write': {
        const inode = this.#names.get(event.path);
        if (inode !== undefined) inode.version += 1;
        return;
      }
      case 'unlink':
        this.#names.delete(event.path);
        return;
      case 'rename':
      case 'link': {
        // What this client never made is a dead writer's, whose bytes were synced before its record got its name.
        const inode = this.#names.get(event.from) ?? { version: 0, durableVersion: 0 };
        this.#names.set(event.to, inode);
        if (event.call === 'rename') this.#names.delete(event.from);
        return;
      }
      case 'fsync':
        this.#fsync(event.path);
        return;
      case 'syncfs-begins': {
        const versions = new Map([...this.#names.values()].map((inode) => [inode, inode.version]));
        this.#syncs.set(event.id, { names: new Map(this.#names), versions });
        return;
      }
      case 'syncfs-ended':
        this.#syncfs(event.id);
        return;
      case 'commit':
        return;
    }
  }

  /** Whether the client gave a file its name; else that was another's work. */
  named(path: string): boolean {
    return this.#everNamed.has(path);
  }

  /** Whether a file would be there, whole, if the power went now. */
  survives(path: string): boolean {
    const inode = this.#durableNames.get(path);
    // What this client never named was another's work, who may have been killed before his names were on the disk.
    if (!this.#everNamed.has(path)) return this.#synced.has(dirname(path));
    if (inode === undefined || inode.durableVersion < inode.version) return false;
    for (let folder = dirname(path); folder.length > this.#root.length; folder = dirname(folder))
      // A folder that nobody made was there before.
      if (this.#names.has(folder) && !this.#durableNames.has(folder)) return false;
    return true;
  }

  #fsync(path: string): void {
    this.#synced.add(path);
    const inode = this.#names.get(path);
    if (inode !== undefined) inode.durableVersion = inode.version;
    // Of a folder: the names in it, those that went included.
    for (const name of this.#durableNames.keys())
      if (dirname(name) === path && !this.#names.has(name)) this.#durableNames.delete(name);
    for (const [name, named] of this.#names) if (dirname(name) === path) this.#durableNames.set(name, named);
  }

  /** Only what was there when it began is promised. */
  #syncfs(id: number): void {
    const sync = this.#syncs.get(id);
    if (sync === undefined) return;
    this.#syncs.delete(id);
    for (const [inode, version] of sync.versions)
      inode.durableVersion = Math.max(inode.durableVersion, version);
    for (const name of this.#durableNames.keys()) if (!sync.names.has(name)) this.#durableNames.delete(name);
    for (const [name, inode] of sync.names) this.#durableNames.set(name, inode);
  }
}
