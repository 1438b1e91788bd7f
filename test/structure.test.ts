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

function imports(): Import[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(join(src, file), 'utf8');
      return [...text.matchAll(/^(?:import|export) (type )?([^;]*?)from '([^']+)'/gms)].map((match) => {
        const [, typeWord, names = '', target = ''] = match;
        const each = names
          .replace(/[{}]/g, '')
          .split(',')
          .map((name) => name.trim())
          .filter(Boolean);
        const typesOnly =
          typeWord !== undefined || (names.includes('{') && each.every((name) => name.startsWith('type ')));
        const to = target.startsWith('.') ? relative(src, join(src, dirname(file), target)) : target;
        return { from: file, to, typesOnly };
      });
    });
}

/** The stages, and what each may know of others beside the base files at the top of src. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  config: ['worker'],
  broker: ['commit'],
  batch: [],
  pool: ['batch'],
  worker: ['batch', 'journal', 'tracing'],
  commit: ['journal'],
  finish: ['worker'],
  segment: ['batch', 'finish', 'worker'],
  pipe: ['segment'],
  stop: ['commit'],
  telemetry: ['batch', 'commit'],
  tracing: [],
  status: ['telemetry', 'worker'],
  metrics: ['telemetry'],
  web: ['broker', 'commit', 'status', 'telemetry', 'worker'],
  simulate: ['broker', 'worker'],
  journal: ['batch', 'segment'],
  verify: ['broker', 'worker', 'journal', 'segment'],
  tools: ['broker', 'worker', 'segment', 'status', 'verify', 'redo'],
  redo: ['broker', 'worker', 'journal', 'segment', 'verify'],
  doctor: ['broker', 'config'],
  stream: ['batch', 'broker', 'commit', 'config', 'worker'],
  shell: [],
  init: ['config'],
};

test('stages know each other in one direction only, types aside', () => {
  const wrong = imports().filter(({ from, to, typesOnly }) => {
    const [stage = '', ...rest] = from.split('/');
    const [target = '', ...below] = to.split('/');
    if (rest.length === 0 || below.length === 0 || typesOnly || !(target in mayImport) || stage === target)
      return false;
    return !(mayImport[stage] ?? []).includes(target);
  });
  // Reading packs what it read; that is the one step from broker to batch.
  assert.deepEqual(
    wrong.map(({ from, to }) => `${from} → ${to}`),
    [],
  );
});

test('node-rdkafka is imported in one place, and no worker can reach it', () => {
  const all = imports();
  assert.deepEqual(
    all.filter(({ to }) => to === 'node-rdkafka').map(({ from }) => from),
    ['broker/kafka.ts'],
  );
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { from, to, typesOnly } of all) if (from === file && !typesOnly) follow(to);
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
