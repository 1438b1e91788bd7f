import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { examineFields } from '../src/doctor/fields.ts';
import { examineBuild } from '../src/doctor/machine.ts';
import { freePort } from './support/faults.ts';
import { newFolder, startClient } from './support/client.ts';
import { configOf } from './support/options.ts';
import { startServer } from './support/http.ts';
import { finding, findingsOf } from './support/doctor.ts';

test('a wrong setting is named, and the machine is looked at all the same', async (t) => {
  const { code, findings } = await findingsOf(t, ['topic', '--batch-size', 'many']);
  assert.equal(code, 1);
  assert.match(finding(findings, 'Configuration', 'fault').text, /--batch-size many cannot be used/);
  finding(findings, 'Build', 'ok');
  finding(findings, 'Open files', 'ok');
});

test('each setting is shown with where it came from, and no secret', async (t) => {
  const port = await freePort();
  const { findings, stdout } = await findingsOf(
    t,
    [
      ...['topic', '--host', 'localhost', '--port', String(port), '--security-protocol', 'sasl_plaintext'],
      ...['--cone', '10,20,1deg', '--cone', '30,40,2deg', '-X', 'client.id=perhaps-secret'],
    ],
    { ANTARES_KAFKA_API_KEY: 'key', ANTARES_KAFKA_API_SECRET: 'very-secret' },
  );
  const texts = findings.filter(({ step }) => step === 'Configuration').map(({ text }) => text);
  assert.ok(texts.includes('host = localhost (--host)'), texts.join('\n'));
  assert.ok(texts.includes('api-secret = [not shown] (ANTARES_KAFKA_API_SECRET)'), texts.join('\n'));
  assert.ok(texts.includes('cone = 10,20,1deg; 30,40,2deg (--cone)'), texts.join('\n'));
  assert.ok(texts.includes('property = [not shown] (--property)'), texts.join('\n'));
  assert.ok(texts.some((text) => /^group = .* \(nothing was given\)$/.test(text)));
  assert.doesNotMatch(stdout, /very-secret|perhaps-secret/);
});

test('a name that nobody knows is told from a port that nobody listens at', async (t) => {
  const port = await freePort();
  const unknown = await findingsOf(t, ['topic', '--bootstrap-servers', 'kafka.invalid:9092']);
  assert.match(finding(unknown.findings, 'DNS', 'fault').text, /kafka\.invalid is not known/);
  const closed = await findingsOf(t, ['topic', '--bootstrap-servers', `localhost:${port}`]);
  finding(closed.findings, 'DNS', 'ok');
  assert.match(finding(closed.findings, 'TCP', 'fault').text, /ECONNREFUSED/);
  assert.match(String(finding(closed.findings, 'TCP', 'fault').cure), /check the port/);
});

test('a server that does not speak TLS is told', async (t) => {
  const server = await startServer(t, (_request, response) => response.end('hello'));
  const { findings } = await findingsOf(t, [
    ...['topic', '--bootstrap-servers', server.host, '--security-protocol', 'ssl'],
  ]);
  assert.match(finding(findings, 'TLS', 'fault').text, /does not speak TLS/);
  assert.match(String(finding(findings, 'TLS', 'fault').cure), /--security-protocol/);
});

test('a schema registry is told that refuses, is another page, or is not there', async (t) => {
  let answer = { status: 401, body: '{"error_code":40101}' };
  const server = await startServer(t, (_request, response) => {
    response.writeHead(answer.status).end(answer.body);
  });
  const registryRow = async (address: string, state: string): Promise<string> => {
    const { findings } = await findingsOf(t, [
      ...['topic', '--bootstrap-servers', 'localhost:1', '--schema-registry', address],
    ]);
    return finding(findings, 'Schema registry', state).text;
  };
  const address = `http://${server.host}`;
  assert.match(await registryRow(address, 'fault'), /status 401 \(check --schema-registry-auth\)/);
  answer = { status: 404, body: '' };
  assert.match(await registryRow(address, 'fault'), /status 404/);
  answer = { status: 200, body: '<html>' };
  assert.match(await registryRow(address, 'fault'), /not JSON/);
  answer = { status: 200, body: '["a","b"]' };
  assert.match(await registryRow(address, 'ok'), /knows 2 subjects/);
  assert.match(await registryRow(`http://localhost:${await freePort()}`, 'fault'), /ECONNREFUSED/);
});

test('an output folder that cannot be, or that is none, is told before a night is lost', async (t) => {
  for (const dir of ['/proc/antares/below', '/dev/null']) {
    const { findings } = await findingsOf(t, ['topic', '--bootstrap-servers', 'localhost:1', '-d', dir]);
    assert.ok(
      findings.some(({ step, state }) => ['Output folder', 'Free space'].includes(step) && state === 'fault'),
      JSON.stringify(findings),
    );
  }
  const fine = await findingsOf(t, ['topic', '--bootstrap-servers', 'localhost:1', '-d', newFolder(t)]);
  finding(fine.findings, 'Output folder', 'ok');
});

test('a low limit of open files is told with the cure', async (t) => {
  const { stdout, stderr } = await startClient(
    t,
    ['doctor', '--json', '--bootstrap-servers', 'localhost:1'],
    {},
    ['ulimit -n 800'],
  ).ended;
  assert.match(stdout, /at most 800 at once.*ulimit -n 4096/s, stderr);
});

test('a librdkafka without what the settings need is a fault, without the rest a warning', async () => {
  const config = await configOf([
    'topic',
    '--bootstrap-servers',
    'localhost:1',
    '--security-protocol',
    'ssl',
  ]);
  assert.equal(examineBuild(config, ['ssl']).state, 'fault');
  assert.match(String(examineBuild(config, ['ssl']).cure), /apt-get install libssl-dev/);
  assert.equal(examineBuild(config, ['zstd']).state, 'warning');
});

test('for people each step is a line, with what to do below it', async (t) => {
  const { code, stdout, stderr } = await startClient(t, [
    ...['doctor', 'topic', '--bootstrap-servers', 'kafka.invalid:9092'],
  ]).ended;
  assert.equal(code, 1);
  assert.match(stdout, /^✓ Build: .*\n/);
  assert.match(stdout, /\n✗ DNS: the name kafka\.invalid is not known.*\n {2}→ check /);
  assert.match(stderr, /^antares-client: Something stands in the way: DNS\.\n$/);
});

test('a hook that does not load is told before the first alert comes to it', async (t) => {
  const dir = newFolder(t);
  const hooks = {
    'good.mjs': 'export const processAlert = () => false;',
    'other.mjs': 'export const process_alert = () => false;',
    'broken.mjs': '\nexport const = broken',
    'broken.cjs': '\nexports. = broken',
    'throws.mjs': '\nno_such_name();',
    'good.py': 'def process_alert(alert):\n    return alert\n',
    'other.py': 'import no_such_module\n',
  };
  for (const [name, text] of Object.entries(hooks)) writeFileSync(join(dir, name), text);
  const hookRow = async (state: string, ...option: string[]): Promise<string> => {
    const { findings } = await findingsOf(t, ['topic', '--bootstrap-servers', 'localhost:1', ...option]);
    return finding(findings, 'Hook', state).text;
  };
  assert.match(await hookRow('skipped'), /none was given/);
  assert.match(await hookRow('ok', '--process', join(dir, 'good.mjs')), /good\.mjs is loaded/);
  assert.match(await hookRow('fault', '--process', join(dir, 'other.mjs')), /no function named processAlert/);
  for (const name of ['broken.mjs', 'broken.cjs', 'throws.mjs'])
    assert.match(
      await hookRow('fault', '--process', join(dir, name)),
      new RegExp(`\\(${name}, line 2\\)\\.$`),
    );
  assert.match(await hookRow('ok', '--process', join(dir, 'good.py')), /good\.py is loaded/);
  assert.match(await hookRow('fault', '--process', join(dir, 'other.py')), /no_such_module/);
  assert.match(await hookRow('ok', '--process-command', 'cat'), /cat runs/);
  assert.match(await hookRow('fault', '--process-command', 'no-such-program'), /cannot be used/);
});

test('a field that an alert has not is named, with the one that was meant, and for which option', () => {
  const alert = {
    objectId: 'ZTF26aaaaaab',
    candidate: { magpsf: 18.5, rb: null },
    prv_candidates: [{ jd: 1 }, { jd: 2, magpsf: 19 }],
    fp_hists: [],
    cutout: null,
  };
  const told = (where: string | null, fields: readonly string[] | null): string[] =>
    examineFields({ where, fields }, alert, 'ztf/0 offset 7').map(({ state, text }) => `${state}: ${text}`);
  assert.deepEqual(
    told("candidate.magpfs < 18 and objectid == 'ZTF26aaaaaab' and candidate.rb > 0.5", null),
    [
      'warning: ztf/0 offset 7 has no field candidate.magpfs, which --where asks for; did you mean candidate.magpsf?',
      'warning: ztf/0 offset 7 has no field objectid, which --where asks for; did you mean objectId?',
    ],
  );
  // What is null or empty here may be there in another alert; only --fields looks through lists.
  assert.deepEqual(
    told('cutout.fileName == null', ['prv_candidates.magpsf', 'fp_hists.mag', 'objectId']),
    [],
  );
  assert.deepEqual(told('prv_candidates.jd > 1', ['prv_candidates.jdd', 'objectId.x']), [
    'warning: ztf/0 offset 7 has no field prv_candidates.jd, which --where asks for',
    'warning: ztf/0 offset 7 has no field prv_candidates.jdd, which --fields asks for; did you mean prv_candidates.jd?',
    'warning: ztf/0 offset 7 has no field objectId.x, which --fields asks for',
  ]);
  assert.deepEqual(told(null, null), []);
});
