import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientError } from '../errors.ts';
import { redact } from '../secrets.ts';
import { faultInServers, withoutLogin } from '../server-address.ts';
import { listenForStop } from '../signals.ts';
import { escapeName } from '../worker/name/escape.ts';
import { type SimulatedAlert, simulateNight } from './night.ts';
import { type Pace, play } from './play.ts';
import { writeLsstSchema } from './schema-files.ts';
import { type Survey, surveys } from './surveys.ts';

/** What the command was called with, as text. */
export interface SimulateArguments {
  survey: string[] | undefined;
  seed: string;
  count: string | undefined;
  rate: string | undefined;
  visits: string | undefined;
  'per-visit': string | undefined;
  every: string | undefined;
  'bootstrap-servers': string | undefined;
  partitions: string | undefined;
  'output-dir': string | undefined;
  'schema-dir': string | undefined;
}

/** Simulates a sky, into a broker or into files. @throws ClientError USAGE */
export async function simulate(given: SimulateArguments): Promise<void> {
  const { wanted, seed, count, pace, partitions } = readArguments(given);
  const servers = given['bootstrap-servers'];
  const dir = given['output-dir'];
  if ((servers === undefined) === (dir === undefined)) {
    throw new ClientError(
      'USAGE',
      'simulate needs --bootstrap-servers HOST:PORT to send to, or --output-dir DIR to write files to, and not both.',
    );
  }
  const fault = servers === undefined ? null : faultInServers(servers);
  if (fault !== null)
    throw new ClientError(
      'USAGE',
      `--bootstrap-servers ${withoutLogin(servers ?? '')} cannot be used: it must be HOST[:PORT], and ${fault}.`,
    );
  const stop = listenForStop();
  const target =
    servers === undefined
      ? intoFiles(dir as string)
      : await intoBroker(servers, wanted.map(topicOf), partitions);
  const schemaDir = given['schema-dir'] ?? (dir === undefined ? undefined : join(dir, 'schemas'));
  if (schemaDir !== undefined) await writeLsstSchema(schemaDir);
  let bytes = 0;
  const startMs = performance.now();
  const alerts = wanted.map((survey) => ({ survey, night: simulateNight({ survey, seed, count }) }));
  const sent = await play(interleave(alerts), pace, stop, async ({ survey, alert }) => {
    bytes += alert.value.length;
    await target.take(survey, alert);
  });
  await target.end();
  const seconds = (performance.now() - startMs) / 1_000;
  process.stderr.write(
    redact(
      `${sent} alerts (${(bytes / 1e6).toFixed(1)} MB) in ${seconds.toFixed(1)} s to ${target.name}: ${wanted.map(topicOf).join(', ')}.\n`,
    ),
  );
}

function topicOf(survey: Survey): string {
  return `simulated_${survey}`;
}

interface Target {
  readonly name: string;
  take(survey: Survey, alert: SimulatedAlert): Promise<void>;
  end(): Promise<void>;
}

function intoFiles(dir: string): Target {
  return {
    name: dir,
    take: async (survey, { name, value }) => {
      const folder = join(dir, topicOf(survey));
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, `${escapeName(name)}.wire`), value);
    },
    end: () => Promise.resolve(),
  };
}

async function intoBroker(servers: string, topics: readonly string[], partitions: number): Promise<Target> {
  const { AlertProducer } = await import('../broker/producer.ts');
  const { createTopics } = await import('../broker/admin.ts');
  await createTopics({ 'bootstrap.servers': servers }, topics, partitions);
  const producer = await AlertProducer.connect({
    'bootstrap.servers': servers,
    'allow.auto.create.topics': true,
  });
  return {
    name: servers,
    take: async (survey, { value }) => {
      await producer.send({ topic: topicOf(survey), partition: null, value });
    },
    end: async () => {
      await producer.flush();
      await producer.close();
    },
  };
}

/** One of each survey in turn, until all have ended. */
function* interleave(
  nights: { survey: Survey; night: Generator<SimulatedAlert> }[],
): Generator<{ survey: Survey; alert: SimulatedAlert }> {
  let open = nights;
  while (open.length > 0) {
    const next: typeof open = [];
    for (const each of open) {
      const result = each.night.next();
      if (result.done === true) continue;
      next.push(each);
      yield { survey: each.survey, alert: result.value };
    }
    open = next;
  }
}

function readArguments(given: SimulateArguments): {
  wanted: Survey[];
  seed: number;
  count: number;
  pace: Pace;
  partitions: number;
} {
  const wanted = (given.survey ?? surveys).map((name) => {
    if (!(surveys as readonly string[]).includes(name)) {
      throw new ClientError('USAGE', `--survey ${name} is not known; there are ${surveys.join(', ')}.`);
    }
    return name as Survey;
  });
  const number = (name: keyof SimulateArguments, otherwise: number): number => {
    const value = Number(given[name] ?? otherwise);
    if (!Number.isFinite(value) || value < 0)
      throw new ClientError('USAGE', `--${name} ${String(given[name])} must be a number.`);
    return value;
  };
  const seed = number('seed', 1);
  const partitions = number('partitions', 4);
  if (!Number.isInteger(partitions) || partitions === 0)
    throw new ClientError('USAGE', `--partitions ${String(given.partitions)} must be a whole number from 1.`);
  if (given.visits !== undefined) {
    refuse(given, ['count', 'rate'], 'is not for --visits, which say how many and when: leave it away');
    const alertsPerVisit = number('per-visit', 10_000);
    const pace: Pace = {
      kind: 'visits',
      alertsPerVisit: alertsPerVisit * wanted.length,
      everySeconds: number('every', 39),
    };
    return { wanted, seed, count: number('visits', 0) * alertsPerVisit, pace, partitions };
  }
  refuse(given, ['per-visit', 'every'], 'is for --visits; give that too');
  const full = given.rate === undefined || given.rate === 'full';
  const pace: Pace = full
    ? { kind: 'full' }
    : { kind: 'rate', alertsPerSecond: Math.max(0.001, number('rate', 0)) };
  return { wanted, seed, count: number('count', 100), pace, partitions };
}

/** What would not be looked at. @throws ClientError USAGE */
function refuse(given: SimulateArguments, names: readonly (keyof SimulateArguments)[], why: string): void {
  for (const name of names)
    if (given[name] !== undefined) throw new ClientError('USAGE', `--${name} ${why}.`);
}
