/**
 * What the group protocol of KIP-848 does under node-rdkafka, without the client: the ground that `--group-protocol consumer` stands on.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { afterwards } from '../support/after.ts';
import type { Order, Told } from '../support/group-member.ts';
import { groupOffsets, newTopic, produce, skipKafka, testKafka, unique, until } from '../support/kafka.ts';
import { jsonAlert, newFolder, startClient } from '../support/client.ts';
import { numberedAlerts } from '../support/faults.ts';
import { projectRoot } from '../support/samples.ts';

const PARTITIONS = 4;
/** librdkafka's name for an assignment that was lost; the rest are the broker's. */
const REFUSALS = { assignmentLost: -142, state: -172, unknownMember: 25, fencedEpoch: 110, staleEpoch: 113 };

class Member {
  readonly process: ChildProcess;
  readonly told: Told[] = [];
  #rest = '';

  constructor(t: TestContext, group: string, topic: string, properties: readonly string[] = []) {
    const program = join(projectRoot, 'build', 'test', 'support', 'group-member.js');
    const args = [program, testKafka().bootstrap.plaintext, group, topic, ...properties];
    this.process = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop() ?? '';
      this.told.push(...lines.map((line) => JSON.parse(line) as Told));
    });
    afterwards(t, () => this.process.kill('SIGKILL'));
  }

  order(order: Order): void {
    this.process.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  /** The partitions that it has by what it was told. */
  get holds(): number[] {
    const held = new Set<number>();
    for (const each of this.told) {
      if (each.what === 'assign') for (const at of each.partitions) held.add(at);
      if (each.what === 'revoke') for (const at of each.partitions) held.delete(at);
    }
    return [...held].sort((a, b) => a - b);
  }

  holdsAll(): Promise<void> {
    return until('a member holds every partition', () => this.holds.length === PARTITIONS);
  }

  tells(what: Told['what'], times = 1): Promise<void> {
    return until(
      `it tells ${what} ${times} times`,
      () => this.told.filter((each) => each.what === what).length >= times,
    );
  }
}

async function newGroup(): Promise<{ topic: string; group: string }> {
  const topic = await newTopic(PARTITIONS);
  await produce(topic, numberedAlerts(400, PARTITIONS));
  return { topic, group: unique('group') };
}

test('assign and revoke come partition by partition, and what one member gave up the other is assigned', {
  skip: skipKafka,
}, async (t) => {
  const { topic, group } = await newGroup();
  const stays = new Member(t, group, topic);
  await stays.holdsAll();
  const guest = new Member(t, group, topic);
  await until('both have a half', () => stays.holds.length === 2 && guest.holds.length === 2);
  assert.deepEqual([...stays.holds, ...guest.holds].sort(), [0, 1, 2, 3]);
  const revoked = stays.told.filter(({ what }) => what === 'revoke');
  assert.equal(
    revoked.flatMap((each) => ('partitions' in each ? each.partitions : [])).length,
    2,
    'not all at once',
  );
  for (const each of [...stays.told, ...guest.told])
    if ('protocol' in each) assert.equal(each.protocol, 'COOPERATIVE');
  guest.process.kill('SIGTERM');
  await stays.holdsAll();
});

test('partitions lost by max.poll.interval.ms come as a revoke when it polls again, and then as assigned', {
  skip: skipKafka,
}, async (t) => {
  const { topic, group } = await newGroup();
  const member = new Member(t, group, topic, ['max.poll.interval.ms=3000']);
  await member.holdsAll();
  member.order({ napMs: 6_000 });
  await member.tells('revoke');
  await until(
    'it is assigned all again',
    () => member.told.at(-1)?.what !== 'revoke' && member.holds.length === PARTITIONS,
  );
});

for (const commit of ['stored', 'direct'] as const) {
  test(`a member frozen past its session cannot set the new owner back by a ${commit} commit, not even after it has joined again`, {
    skip: skipKafka,
  }, async (t) => {
    const { topic, group } = await newGroup();
    const zombie = new Member(t, group, topic);
    await zombie.holdsAll();
    zombie.order({ commit: 'stored', partition: 0, offset: 10 });
    await zombie.tells('committed');
    zombie.process.kill('SIGSTOP');
    const heir = new Member(t, group, topic);
    await heir.holdsAll();
    heir.order({ commit: 'stored', partition: 0, offset: 50 });
    await heir.tells('committed');
    // It reads this before it hears that its session has ended.
    zombie.order({ commit, partition: 0, offset: 20 });
    zombie.process.kill('SIGCONT');
    await zombie.tells('refused');
    const refused = zombie.told.find(({ what }) => what === 'refused');
    assert.ok(Object.values(REFUSALS).includes(refused?.code ?? 0), JSON.stringify(refused));
    await until('it has joined again', () => zombie.holds.length === 2);
    assert.equal((await groupOffsets(group, topic, PARTITIONS)).committed[0], 50);
    assert.equal(
      zombie.told.filter(({ what }) => what === 'committed').length,
      1,
      'it was not tried again behind our back',
    );
  });
}

test('the client: a pattern of the beginning of names gets all topics that begin so, later ones included', {
  skip: skipKafka,
}, async (t) => {
  const dir = newFolder(t);
  const [topic, begins] = [await newTopic(1), unique('night')];
  await newTopic(1, {}, `${begins}_20261124`);
  await produce(`${begins}_20261124`, [{ value: jsonAlert(1) }]);
  await produce(topic, [{ value: jsonAlert(2) }]);
  const client = startClient(t, [
    ...[`^${begins}_\\d`, '-d', dir, '-g', unique('group'), '--group-protocol', 'consumer'],
    ...['--bootstrap-servers', testKafka().bootstrap.plaintext],
  ]);
  await client.saved(join(dir, `${begins}_20261124`, '1.json'));
  await newTopic(1, {}, `${begins}_20261125`);
  await produce(`${begins}_20261125`, [{ value: jsonAlert(3) }]);
  await client.saved(join(dir, `${begins}_20261125`, '3.json'));
  client.process.kill('SIGTERM');
  const { code, stderr } = await client.ended;
  assert.equal(code, 0, stderr);
});
