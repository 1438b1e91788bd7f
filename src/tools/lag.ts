import { groupOffsets } from '../broker/group-offsets.ts';
import { partitionsOf } from '../broker/topics.ts';
import { print, table } from './print.ts';
import { openSession, shownTopic, type ToolInput, withBroker } from './session.ts';

interface LagRow {
  readonly topic: string;
  readonly partition: number;
  /** null: nothing, while the group has committed something of the topic's other partitions. */
  readonly committed: number | null;
  readonly end: number;
  readonly lag: number;
  /** Messages behind the committed offset that the broker has no more. */
  readonly expired: number;
}

/** `antares-client lag`. @throws ClientError */
export async function lag(input: ToolInput): Promise<void> {
  const session = openSession(input);
  const { config, log } = session;
  await withBroker(session, async ({ consumer, catalogue }) => {
    const names = [...catalogue.keys()].filter((name) => !name.startsWith('__')).sort();
    const committed = await groupOffsets(consumer, partitionsOf(names, catalogue));
    const topics = new Set(committed.filter(({ offset }) => offset >= 0).map(({ topic }) => topic));
    const rows = await Promise.all(
      committed
        .filter(({ topic }) => topics.has(topic))
        .map(async ({ topic, partition, offset }): Promise<LagRow> => {
          const { low, high } = await consumer.watermarks({ topic, partition });
          const isCommitted = offset >= 0;
          return {
            topic: shownTopic(topic, config),
            partition,
            committed: isCommitted ? offset : null,
            end: high,
            lag: Math.max(0, high - Math.max(offset, low)),
            expired: isCommitted ? Math.max(0, low - offset) : 0,
          };
        }),
    );
    rows.sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
    if (rows.length === 0)
      log.warn(
        `The group ${config.broker.group} has committed nothing on ${config.broker.bootstrapServers}.`,
      );
    else await print(input.given['json'] === true ? asJson(rows) : asTable(rows));
  });
}

function asJson(rows: readonly LagRow[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

function asTable(rows: readonly LagRow[]): string {
  const cells = rows.map(({ topic, partition, committed, end, lag: behind, expired }) => [
    String(partition),
    String(committed ?? '–'),
    String(end),
    String(behind),
    expired > 0 ? `${topic} (${expired} expired unread)` : topic,
  ]);
  const total = rows.reduce((sum, row) => sum + row.lag, 0);
  return table(
    [['PART', 'COMMITTED', 'END', 'LAG', 'TOPIC'], ...cells, ['', '', '', String(total), 'in all']],
    [true, true, true, true, false],
  );
}
