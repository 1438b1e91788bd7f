import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import { flagList } from '../src/flags.ts';
import { newFolder } from './support/client.ts';
import { configOf } from './support/options.ts';
import { projectRoot } from './support/samples.ts';

/** A manifest, by its kind. */
function manifest(file: string, kind: string): Record<string, unknown> {
  const text = readFileSync(join(projectRoot, 'docs', 'kubernetes', file), 'utf8');
  const documents = parseAllDocuments(text, { strict: true });
  for (const { errors, warnings } of documents) assert.deepEqual([...errors, ...warnings], []);
  const found = documents
    .map((each) => each.toJS() as Record<string, unknown>)
    .find((each) => each['kind'] === kind);
  assert.ok(found, `${file}: no ${kind}`);
  return found;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

interface Container {
  readonly args: string[];
  readonly env: { name: string; valueFrom: { secretKeyRef: { name: string; key: string } } }[];
  readonly ports: { name: string; containerPort: number }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly volumeMounts: { name: string; mountPath: string }[];
}

interface Deployment {
  readonly metadata: { name: string };
  readonly spec: {
    readonly selector: { matchLabels: unknown };
    readonly template: {
      readonly metadata: { labels: unknown; annotations: Record<string, string> };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly containers: [Container];
        readonly volumes: { name: string; persistentVolumeClaim: { claimName: string } }[];
      };
    };
  };
}

const deployment = manifest('deployment.yaml', 'Deployment') as unknown as Deployment;
const pod = deployment.spec.template;
const [container] = pod.spec.containers;

/** What the pod's client makes of its arguments and its secret. */
async function podConfig(): ReturnType<typeof configOf> {
  const environment = container.env.map(({ name }) => {
    const [flag] = flagList.find(([, { env }]) => env === name) ?? [];
    assert.ok(flag, `${name} is no option's`);
    return [flag, 'any'];
  });
  return configOf(container.args, Object.fromEntries(environment) as Record<string, string>);
}

test('the arguments of the pod are options that the client takes, and fit what is around them', async () => {
  const { output, metrics, stop } = await podConfig();
  assert.ok(pod.spec.terminationGracePeriodSeconds * 1000 > stop.shutdownTimeoutMs + 10_000);
  const [mount] = container.volumeMounts;
  assert.equal(output.dir, mount?.mountPath);
  const claim = manifest('deployment.yaml', 'PersistentVolumeClaim') as { metadata: { name: string } };
  assert.deepEqual(
    pod.spec.volumes.map(({ name, persistentVolumeClaim }) => [name, persistentVolumeClaim.claimName]),
    [[mount?.name, claim.metadata.name]],
  );
  assert.deepEqual(deployment.spec.selector.matchLabels, pod.metadata.labels);

  assert.equal(metrics?.host, '0.0.0.0', 'the kubelet is not in the pod');
  assert.deepEqual(
    container.ports.map(({ containerPort }) => containerPort),
    [metrics.port],
  );
  assert.equal(pod.metadata.annotations['prometheus.io/port'], String(metrics.port));
  const { livenessProbe, readinessProbe, ports } = container;
  assert.deepEqual(
    [livenessProbe.httpGet, readinessProbe.httpGet],
    [
      { path: '/healthz', port: ports[0]?.name },
      { path: '/readyz', port: ports[0]?.name },
    ],
  );
});

test('KEDA looks at the group, the topic and the brokers of the pods, with their secret', async () => {
  const { broker, topics } = await podConfig();
  const { spec } = manifest('keda.yaml', 'ScaledObject') as {
    spec: {
      scaleTargetRef: { name: string };
      triggers: [{ metadata: Record<string, string>; authenticationRef: { name: string } }];
    };
  };
  const [trigger] = spec.triggers;
  assert.equal(spec.scaleTargetRef.name, deployment.metadata.name);
  assert.equal(trigger.metadata['consumerGroup'], broker.group);
  assert.equal(trigger.metadata['bootstrapServers'], broker.bootstrapServers);
  assert.deepEqual([trigger.metadata['topic']], topics.kafkaNames);
  const authentication = manifest('keda.yaml', 'TriggerAuthentication') as {
    metadata: { name: string };
    spec: { secretTargetRef: { parameter: string; name: string; key: string }[] };
  };
  assert.equal(trigger.authenticationRef.name, authentication.metadata.name);
  const keys = new Set(authentication.spec.secretTargetRef.map(({ name, key }) => `${name} ${key}`));
  for (const { valueFrom } of container.env) {
    const { name, key } = valueFrom.secretKeyRef;
    assert.ok(keys.has(`${name} ${key}`), key);
  }
});

test('the image is made of files that there are, with the packages that the set-up asks for', () => {
  const text = readFileSync(join(projectRoot, 'Containerfile'), 'utf8');
  const setUp = readFileSync(join(projectRoot, 'scripts', 'setup.mjs'), 'utf8');
  const wanted = [...setUp.matchAll(/^const (?:required|optional) = \[(.*)\]/gm)]
    .flatMap(([, list = '']) => [...list.matchAll(/'([^']+)'/g)])
    .map(([, name = '']) => name);
  assert.equal(wanted.length, 8);
  for (const name of wanted) assert.ok(text.includes(` ${name} `), name);

  const notIgnored = readFileSync(join(projectRoot, '.dockerignore'), 'utf8').match(/(?<=^!)[^/\n]+/gm) ?? [];
  const copied = [...text.matchAll(/^COPY (?!--)(.*) \S+$/gm)].flatMap(([, files = '']) => files.split(' '));
  assert.deepEqual(copied.toSorted(), notIgnored.toSorted());
  for (const file of copied) assert.ok(existsSync(join(projectRoot, file)), file);
});

test('the temporaries that may be deleted by hand are those that no record names', (t) => {
  const dir = newFolder(t);
  const partition = join(dir, 'ztf', '0');
  mkdirSync(partition, { recursive: true });
  const [named, stamps, open] = ['7', '8', '9'].map((n) => `.antares-0a1b2c3d-1-4e5f6a7b.0-${n}.tmp`);
  for (const name of [named, stamps, open]) writeFileSync(join(partition, name ?? ''), '');
  // Torn, with a byte that is no text: it counts all the same.
  writeFileSync(
    join(partition, '00000000000000000000.record'),
    `{"temporary":"${named ?? ''}","stamps":{"temporary":"${stamps ?? ''}","by\0`,
  );
  const text = readFileSync(join(projectRoot, 'docs', 'kubernetes.md'), 'utf8');
  const commands = [...text.matchAll(/^\$ (find .*)$/gm)].map(([, line = '']) =>
    line.replace('/alerts', '.'),
  );
  assert.equal(commands.length, 2);
  const listed = execFileSync('sh', ['-c', commands.join('\n')], { cwd: dir, encoding: 'utf8' });
  assert.equal(listed, `./ztf/0/${open ?? ''}\n`);
});
