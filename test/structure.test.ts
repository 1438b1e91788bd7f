import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { flagList, flagsAsMarkdown } from '../src/flags.ts';
import { projectRoot } from './support/samples.ts';

const src = join(projectRoot, 'src');

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typesOnly: boolean;
}

/** What each file of src imports, also where it loads it later. */
const imports: readonly Import[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((from) => {
    const text = readFileSync(join(src, from), 'utf8');
    const pathOf = (target: string): string =>
      target.startsWith('.') ? relative(src, join(src, dirname(from), target)) : target;
    const atOnce = [...text.matchAll(/^(?:import|export) (type )?([^;]*?)from '([^']+)'/gms)].map((match) => {
      const [, typeWord, names = '', target = ''] = match;
      const each = names
        .replace(/[{}]/g, '')
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean);
      const typesOnly =
        typeWord !== undefined || (names.includes('{') && each.every((name) => name.startsWith('type ')));
      return { from, to: pathOf(target), typesOnly };
    });
    const later = [...text.matchAll(/\bimport\('(\.[^']+)'\)/g)];
    return [...atOnce, ...later.map(([, target = '']) => ({ from, to: pathOf(target), typesOnly: false }))];
  });

/** The stages, and the others that each may import from, types aside. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  alerts: [],
  auth: ['config', 'profiles'],
  batch: [],
  broker: ['commit'],
  commit: ['journal'],
  config: ['auth', 'profiles', 'worker'],
  doctor: ['auth', 'broker', 'config', 'worker'],
  finish: ['worker'],
  init: ['config', 'profiles'],
  journal: ['batch', 'segment'],
  metrics: ['telemetry'],
  pipe: ['segment'],
  pool: ['batch'],
  profiles: ['config'],
  redo: ['broker', 'config', 'journal', 'segment', 'verify', 'worker'],
  segment: ['batch', 'finish', 'worker'],
  shell: [],
  simulate: ['broker', 'worker'],
  status: ['telemetry', 'worker'],
  stop: ['commit', 'pool', 'worker'],
  stream: ['batch', 'broker', 'commit', 'config', 'worker'],
  telemetry: ['batch', 'commit'],
  tools: ['auth', 'broker', 'config', 'redo', 'segment', 'status', 'verify', 'worker'],
  tracing: [],
  verify: ['auth', 'broker', 'config', 'journal', 'segment', 'worker'],
  web: ['broker', 'commit', 'status', 'telemetry', 'worker'],
  worker: ['batch', 'journal', 'tracing'],
};

/** The files at the top of src that join stages, and the stages that may import one. All others there are the base, which knows no stage. */
const joints: Readonly<Record<string, readonly string[]>> = {
  'beginning.ts': ['stream'],
  'cli.ts': [],
  'command-line.ts': [],
  'commands.ts': [],
  'drain.ts': [],
  'flow.ts': [],
  'gaps.ts': ['stream'],
  'index.ts': [],
  'kept.ts': [],
  'observe.ts': [],
  'other-output.ts': [],
  'output.ts': ['doctor', 'redo'],
  'reread.ts': [],
  'returns.ts': [],
  'run.ts': [],
  'second-look.ts': ['stream'],
  'set-back.ts': ['stream'],
  'settlement.ts': [],
  'start.ts': ['stream'],
  'versions.ts': [],
  'way-back.ts': [],
  'worker-settings.ts': ['redo'],
};

/** The stage of a file; of one at the top, its own name. config.ts is the door of config/. */
function partOf(file: string): string {
  const [first = ''] = file.split('/');
  return first === 'config.ts' ? 'config' : first;
}

/** Steps from one part to another that are more than types. */
const steps = imports
  .filter(({ to, typesOnly }) => to.endsWith('.ts') && !typesOnly)
  .map((each) => ({ ...each, part: partOf(each.from), target: partOf(each.to) }))
  .filter(({ part, target }) => part !== target);

function isAllowed({ part, target }: { readonly part: string; readonly target: string }): boolean {
  if (part in joints) return true;
  if (target in joints) return joints[target]?.includes(part) ?? false;
  return !(target in mayImport) || (mayImport[part]?.includes(target) ?? false);
}

test('stages, what joins them, and the base import from each other only what they may, types aside', () => {
  const folders = readdirSync(src, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(folders.map(({ name }) => name).toSorted(), Object.keys(mayImport).toSorted());
  const wrong = steps.filter((step) => !isAllowed(step));
  assert.deepEqual(
    wrong.map(({ from, to }) => `${from} → ${to}`),
    [],
  );
});

test('nothing may be imported that is not', () => {
  const taken = new Set(steps.map(({ part, target }) => `${part} → ${target}`));
  const allowed = [
    ...Object.entries(mayImport).flatMap(([part, targets]) => targets.map((target) => `${part} → ${target}`)),
    ...Object.entries(joints).flatMap(([target, parts]) => parts.map((part) => `${part} → ${target}`)),
  ];
  assert.deepEqual(
    allowed.filter((each) => !taken.has(each)),
    [],
  );
  const joining = new Set(
    steps.filter(({ target }) => target in mayImport || target in joints).map(({ part }) => part),
  );
  assert.deepEqual(
    Object.keys(joints).filter((file) => !joining.has(file)),
    [],
  );
});

test('node-rdkafka is imported in one place, and no worker can reach it', () => {
  assert.deepEqual(
    imports.filter(({ to }) => to === 'node-rdkafka').map(({ from }) => from),
    ['broker/kafka.ts'],
  );
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { from, to, typesOnly } of imports) if (from === file && !typesOnly) follow(to);
  };
  follow('worker/main.ts');
  assert.ok(reached.has('worker/transcode.ts'));
  assert.ok(!reached.has('node-rdkafka'));
});

test("the README's tables of options are those of the flag table", () => {
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  const [, tables] = /<!-- options:[^>]*-->\n([\s\S]*?)<!-- \/options -->/.exec(readme) ?? [];
  assert.equal(tables?.trim(), flagsAsMarkdown());
});

test('every option has a description and a place in the help', () => {
  for (const [name, flag] of flagList) {
    assert.ok(flag.describe.length > 10, name);
    assert.ok(flag.group.length > 0, name);
  }
});
