import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** What the page shares with the rest of the client. */
const SHARED = ['status/units.js', 'timestamp.js'];

/** Everything that the page is made of, by its path in an address. Nothing else can be asked for. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const root = join(import.meta.dirname, '..');
  const names = readdirSync(join(root, 'web', 'page')).map((name) => `web/page/${name}`);
  const files = [...names, ...SHARED].flatMap((name): [string, PageFile][] => {
    const type = types[extname(name)];
    return type === undefined ? [] : [[`/${name}`, { type, bytes: readFileSync(join(root, name)) }]];
  });
  return new Map(files);
}
