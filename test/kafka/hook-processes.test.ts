import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  type ClientEnd,
  filesIn,
  jsonAlert,
  newFolder,
  readJsonFile,
  runClient,
  startClient,
} from '../support/client.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { readSamples, samplesDir, skipSamples } from '../support/samples.ts';

interface Hooked extends ClientEnd {
  readonly dir: string;
  readonly topic: string;
  readonly group: string;
}

/** Sends messages and runs the client over them. */
async function runOver(t: TestContext, values: readonly Buffer[], more: readonly string[]): Promise<Hooked> {
  const dir = newFolder(t);
  const topic = await newTopic();
  const group = unique('group');
  await produce(
    topic,
    values.map((value) => ({ value })),
  );
  const end = await runClient(t, [topic, '-d', dir, '-g', group, '--until-end', ...more]);
  return { ...end, dir, topic, group };
}

/** Alerts numbered from 0. */
function numbered(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => jsonAlert(i, { mag: 18.5 }));
}

/** A Python file that the client runs. */
function pythonFile(t: TestContext, body: string): string {
  const file = join(newFolder(t), 'hook.py');
  writeFileSync(file, body);
  return file;
}

/** Runs a Python hook over alerts numbered from 0. */
function runPython(
  t: TestContext,
  body: string,
  count: number,
  more: readonly string[] = [],
): Promise<Hooked> {
  return runOver(t, numbered(count), ['--process', pythonFile(t, body), ...more]);
}

function errorOf({ dir, topic }: Hooked, offset: number): { code: string; text: string } {
  return readJsonFile(join(dir, '_dead-letter', topic, `0-${offset}.json`))['error'] as {
    code: string;
    text: string;
  };
}

for (const survey of ['antares', 'ztf', 'lsst'] as const) {
  test(`${survey}: what Python leaves alone, and what it returns unchanged, is saved byte for byte`, {
    skip: skipKafka === false ? skipSamples : skipKafka,
  }, async (t) => {
    const samples = readSamples(survey);
    const values = samples.map(({ wire }) => wire);
    for (const body of ['return None', 'return alert']) {
      const file = pythonFile(t, `def process_alert(alert):\n    ${body}\n`);
      const schemas = ['--schema-dir', join(samplesDir, 'lsst', 'registry')];
      const { code, stderr, dir, topic } = await runOver(t, values, ['--process', file, ...schemas]);
      assert.equal(code, 0, stderr);
      assert.equal(filesIn(join(dir, topic)).length, samples.length);
      for (const { name, json } of samples)
        assert.equal(readFileSync(join(dir, topic, `${name}.json`), 'utf8'), json.toString());
    }
  });
}

test('a Python function filters with False, and what it returns is saved with exact integers and floats that stay floats', {
  skip: skipKafka,
}, async (t) => {
  const body = `
def process_alert(alert):
    if alert["candid"] % 2 == 0:
        return False
    alert.update(big=2**63 - 1, bigger=2**64 - 1, whole=3.0, tiny=1e-05, nothing=None, name="é\\u2028")
    return alert
`;
  const { code, stderr, dir, topic, group } = await runPython(t, body, 4, ['--indent', '0']);
  assert.equal(code, 0, stderr);
  assert.deepEqual(filesIn(dir), [`${topic}/1.json`, `${topic}/3.json`]);
  assert.equal(
    readFileSync(join(dir, topic, '3.json'), 'utf8'),
    '{"candid":3,"mag":18.5,"big":9223372036854775807,"bigger":18446744073709551615,"whole":3.0,"tiny":1e-05,"nothing":null,"name":"\\u00e9\\u2028"}',
  );
  assert.match(stderr, /2 alerts saved.*2 filtered/);
  assert.deepEqual((await groupOffsets(group, topic)).committed, [4]);
});

test('a Python function that wants the context is given it', { skip: skipKafka }, async (t) => {
  const body =
    'def process_alert(alert, context):\n    return {**alert, "at": [context["topic"], context["partition"], context["offset"]]}\n';
  const { code, stderr, dir, topic } = await runPython(t, body, 2);
  assert.equal(code, 0, stderr);
  assert.deepEqual(readJsonFile(join(dir, topic, '1.json'))['at'], [topic, 0, 1]);
});

test('an alert at which Python raises becomes a dead letter with the exception and its line, and the next is saved', {
  skip: skipKafka,
}, async (t) => {
  const body = `
def process_alert(alert):
    if alert["candid"] == 1:
        raise ValueError("no such star")
    if alert["candid"] == 2:
        return {"inner": {1, 2}}
    if alert["candid"] == 3:
        return 7
`;
  const hooked = await runPython(t, body, 5);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.deepEqual(filesIn(join(hooked.dir, hooked.topic)), ['0.json', '4.json']);
  assert.deepEqual(errorOf(hooked, 1), {
    code: 'HOOK_THREW',
    text: 'process_alert raised ValueError: no such star (hook.py, line 4)',
  });
  assert.match(errorOf(hooked, 2).text, /no form in JSON: TypeError: a value of type set/);
  assert.match(errorOf(hooked, 3).text, /returned a value of type int/);
});

test('a Python process that dies is replaced and the message tried again; one that kills it twice is a dead letter', {
  skip: skipKafka,
}, async (t) => {
  const once = join(newFolder(t), 'once');
  const body = `
import os
def process_alert(alert):
    if alert["candid"] == 3 and not os.path.exists(${JSON.stringify(once)}):
        open(${JSON.stringify(once)}, "w").close()
        os._exit(9)
    if alert["candid"] == 5:
        os.kill(os.getpid(), 11)
`;
  const hooked = await runPython(t, body, 8, ['--workers', '2', '--batch-size', '2']);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.deepEqual(
    filesIn(join(hooked.dir, hooked.topic)),
    [0, 1, 2, 3, 4, 6, 7].map((candid) => `${candid}.json`),
  );
  assert.deepEqual(errorOf(hooked, 5), {
    code: 'HOOK_DIED',
    text: 'The process of the hook ended 2 times at this message: it was killed by SIGSEGV',
  });
});

test('a Python function that never returns is ended after --process-timeout, and the next alert is saved', {
  skip: skipKafka,
}, async (t) => {
  const body = 'def process_alert(alert):\n    while alert["candid"] == 0:\n        pass\n';
  const hooked = await runPython(t, body, 2, ['--process-timeout', '500ms']);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.equal(errorOf(hooked, 0).code, 'HOOK_TIMEOUT');
  assert.deepEqual(filesIn(join(hooked.dir, hooked.topic)), ['1.json']);
});

test('a Python function that takes too long is ended, and loaded again for as long as that takes', {
  skip: skipKafka,
}, async (t) => {
  const body = `
import time
time.sleep(3)  # As half of astronomy does when it is imported.
def process_alert(alert):
    while alert["candid"] == 0:
        pass
`;
  const hooked = await runPython(t, body, 2, ['--process-timeout', '500ms', '--workers', '1']);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.equal(errorOf(hooked, 0).code, 'HOOK_TIMEOUT');
  assert.deepEqual(filesIn(join(hooked.dir, hooked.topic)), ['1.json']);
});

/** Whether a process runs; one that has ended and that nobody asks for does not. */
function runs(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

test('a hook that ends while what it started holds its pipes has ended, and so has that', {
  skip: skipKafka,
}, async (t) => {
  const pids = join(newFolder(t), 'pids');
  const body = `
import os, subprocess
helper = subprocess.Popen(["sleep", "1000"])
with open(${JSON.stringify(pids)}, "a") as file:
    print(helper.pid, file=file)
def process_alert(alert):
    if alert["candid"] == 0:
        os._exit(9)
`;
  const hooked = await runPython(t, body, 2, ['--workers', '1']);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.deepEqual(errorOf(hooked, 0), {
    code: 'HOOK_DIED',
    text: 'The process of the hook ended 2 times at this message: it ended with exit code 9',
  });
  const helpers = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  assert.equal(helpers.length, 3);
  await until('all helpers are gone', () => helpers.every((pid) => !runs(pid)));
});

test('what a Python function and its children print goes to the log', { skip: skipKafka }, async (t) => {
  const body = `
import logging, os, sys
def process_alert(alert):
    print("a print")
    os.system("echo a child")
    sys.stderr.write("an error line\\n")
    logging.warning("a warning")
`;
  const { code, stderr, stdout, dir, topic } = await runPython(t, body, 1);
  assert.equal(code, 0, stderr);
  for (const line of ['a print', 'a child', 'an error line', 'WARNING:root:a warning'])
    assert.match(stderr, new RegExp(`hook.py: ${line}`));
  assert.equal(stdout, '');
  assert.deepEqual(filesIn(join(dir, topic)), ['0.json']);
});

test('the process has the environment of the client, without its secrets', { skip: skipKafka }, async (t) => {
  const file = pythonFile(
    t,
    'import os\ndef process_alert(alert):\n    return {**alert, "env": dict(os.environ)}\n',
  );
  const dir = newFolder(t);
  const topic = await newTopic();
  await produce(topic, [{ value: jsonAlert(1) }]);
  const { code, stderr } = await runClient(
    t,
    [topic, '-d', dir, '-g', unique('group'), '--until-end', '--process', file],
    { SCHEMA_REGISTRY_AUTH: 'me:very-secret', CONE: '10,20,2' },
  );
  assert.equal(code, 0, stderr);
  const saved = readFileSync(join(dir, topic, '1.json'), 'utf8');
  assert.match(saved, /"CONE": "10,20,2"/);
  assert.doesNotMatch(saved, /very-secret|SCHEMA_REGISTRY_AUTH/);
});

for (const [what, body, sentence] of [
  [
    'does not load',
    '\nimport no_such_module\n',
    /does not load: ModuleNotFoundError: No module named 'no_such_module' \(\S+\.py, line 2\)\.\n/,
  ],
  ['is not Python', '\n\ndef process_alert(:\n', /does not load: SyntaxError: .* \(\S+\.py, line 3\)\.\n/],
  ['has no process_alert', 'other = 1\n', /does not load: it defines no function process_alert\.\n/],
  ['ends at once', 'raise SystemExit("not today")\n', /SystemExit: not today \(\S+\.py, line 1\)\.\n/],
] as const) {
  test(`a Python file that ${what} ends the client with 2`, { skip: skipKafka }, async (t) => {
    const { code, stderr } = await runPython(t, body, 1);
    assert.equal(code, 2, stderr);
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /\n {4}at /);
  });
}

test('no process outlives a client that is killed, not even one in an endless loop', {
  skip: skipKafka,
}, async (t) => {
  const folder = newFolder(t);
  const body = `
import os
def process_alert(alert):
    open(${JSON.stringify(folder)} + "/" + str(os.getpid()), "w").close()
    while True:
        pass
`;
  const topic = await newTopic(2);
  await produce(topic, [
    { value: jsonAlert(1), partition: 0 },
    { value: jsonAlert(2), partition: 1 },
  ]);
  const client = startClient(t, [
    ...[topic, '-d', newFolder(t), '-g', unique('group'), '--workers', '2'],
    ...['--process', pythonFile(t, body), '--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  await until('two processes that loop', () => filesIn(folder).length === 2);
  const pids = filesIn(folder).map(Number);
  assert.ok(pids.every((pid) => isRunning(pid)));
  client.process.kill('SIGKILL');
  await client.ended;
  await until('their end', () => !pids.some((pid) => isRunning(pid)));
});

function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  // A zombie has ended; whoever should read its exit code is gone.
  return existsSync(stat) && !readFileSync(stat, 'utf8').includes(') Z ');
}

test('any program can be the hook: a line in, a line out', { skip: skipKafka }, async (t) => {
  const filter =
    'jq -c --unbuffered \'if .alert.candid == 0 then false elif .alert.candid == 1 then null elif .alert.candid == 2 then "a bad star" else .alert + {seen: .offset} end\'';
  const hooked = await runOver(t, numbered(4), ['--process-command', filter]);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.deepEqual(filesIn(join(hooked.dir, hooked.topic)), ['1.json', '3.json']);
  assert.deepEqual(readJsonFile(join(hooked.dir, hooked.topic, '3.json')), {
    candid: 3,
    mag: 18.5,
    seen: 3,
  });
  assert.deepEqual(errorOf(hooked, 2), { code: 'HOOK_THREW', text: 'a bad star' });
});

test('answers that are none, and lines too many, make dead letters and a new process', {
  skip: skipKafka,
}, async (t) => {
  const program = `while read -r line; do case "$line" in *'"offset":0,'*) echo nonsense;; *'"offset":1,'*) printf 'null\\nnull\\n';; *'"offset":2,'*) echo '{"a":';; *) echo null;; esac; done`;
  const hooked = await runOver(t, numbered(4), ['--process-command', program]);
  assert.equal(hooked.code, 0, hooked.stderr);
  assert.deepEqual(filesIn(join(hooked.dir, hooked.topic)), ['3.json']);
  assert.match(errorOf(hooked, 0).text, /answered "nonsense"; it may answer null, false/);
  assert.match(errorOf(hooked, 1).text, /more than one line/);
  assert.match(errorOf(hooked, 2).text, /cannot be saved as JSON/);
});

test('a command that is not there ends the client with 2', { skip: skipKafka }, async (t) => {
  const { code, stderr } = await runOver(t, numbered(1), ['--process-command', 'no-such-program --at-all']);
  assert.equal(code, 2, stderr);
  assert.match(
    stderr,
    /--process-command no-such-program --at-all cannot be used: it ended with exit code 127/,
  );
});
