import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createTopics } from '../../src/broker/admin.ts';
import { simulateNight } from '../../src/simulate/night.ts';
import { cliFile, newFolder } from '../support/client.ts';
import { produce, skipKafka, testKafka } from '../support/kafka.ts';
import { projectRoot } from '../support/samples.ts';

/** What the document has the reader type. */
function commandsOf(document: string): string[] {
  const text = readFileSync(join(projectRoot, 'docs', document), 'utf8');
  return [...text.matchAll(/^```console\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = '']) => block.split('\n'))
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));
}

test('what "Getting started" has one type works, one after the other', { skip: skipKafka }, async (t) => {
  const { bootstrap, caFile } = testKafka();
  const dir = newFolder(t);
  // The survey's broker is on this machine.
  const config = join(dir, 'loopback.json');
  const antares = {
    title: 'A survey on this machine',
    ...{ bootstrapServers: bootstrap.saslSsl, securityProtocol: 'sasl_ssl', sslCaLocation: caFile },
    topicPrefix: 'client.',
  };
  writeFileSync(config, JSON.stringify({ profiles: { antares } }));
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'antares-client'),
    `#!/bin/sh\nexec '${process.execPath}' '${cliFile}' "$@" $SURVEY\n`,
  );
  chmodSync(join(bin, 'antares-client'), 0o755);
  const survey = 'client.extragalactic_staging';
  await createTopics({ 'bootstrap.servers': bootstrap.plaintext }, [survey], 1);
  const loci = [...simulateNight({ survey: 'antares', seed: 5, count: 12 })];
  await produce(
    survey,
    loci.map(({ value }) => ({ value })),
  );

  // The demo and the broker that stays have tests of their own.
  const commands = commandsOf('getting-started.md').filter((line) => !line.startsWith('npm '));
  assert.ok(commands.length > 8, commands.join('\n'));
  const said = new Map<string, string>();
  for (const command of commands) {
    const line = command.replace('localhost:9092', bootstrap.plaintext);
    const isOfSurvey = /--profile antares|auth add antares/.test(line);
    const running = promisify(execFile)('sh', ['-c', line], {
      cwd: dir,
      env: {
        ...process.env,
        PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
        HOME: dir,
        XDG_CONFIG_HOME: dir,
        SURVEY: isOfSurvey ? `--config ${config}` : '',
      },
    });
    // `auth add` asks for them.
    running.child.stdin?.end('alice\nalice-secret\n');
    const { stdout, stderr } = await running;
    said.set(command, stdout + stderr);
  }
  const answerTo = (pattern: RegExp): string =>
    said.get(commands.find((line) => pattern.test(line)) ?? '') ?? '';
  assert.ok(readdirSync(join(dir, 'alerts', 'simulated_ztf')).length >= 500);
  assert.match(answerTo(/^antares-client profiles/), /^antares /m);
  assert.match(answerTo(/auth add/), /The credentials of alice for antares are in/);
  assert.match(answerTo(/^antares-client topics/), /extragalactic_staging/);
  assert.match(answerTo(/^antares-client peek/), /"alert_id"/);
  assert.match(answerTo(/--dry-run/), /Would have saved \d+ alerts/);
  assert.match(answerTo(/^antares-client verify/), /./);
});
