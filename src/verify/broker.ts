import { connect } from '../broker/connect.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { Interrupted } from '../signals.ts';
import { topicFolder } from '../worker/name/topic-folder.ts';
import { offsets } from './cover.ts';
import type { Verified } from './verify.ts';

const UNREAD = 'Offsets that the broker has and the folder has not: not yet read';
const BEFORE = 'Offsets that the broker has and that come before all that the folder has';
const BEYOND = 'Offsets that the folder has and the broker never gave: was the topic made again?';

/**
 * Compares what a folder has with what the broker has. What is missing at the ends was not read yet, or not by this folder's
 * readers: it is told, and is no fault.
 *
 * @throws ClientError when the broker cannot be reached; Interrupted when it was stopped before.
 */
export async function compareWithBroker(
  { partitions, findings }: Verified,
  config: Config,
  log: Log,
  stop: AbortSignal,
): Promise<void> {
  const connected = await connect(config, log, stop);
  if (connected === null) throw new Interrupted(stop, `${config.broker.bootstrapServers} had not answered`);
  const { consumer, catalogue } = connected;
  const counts = new Map(
    [...catalogue].map(([topic, count]) => [topicFolder(topic, config.topics.prefix), { topic, count }]),
  );
  try {
    for (const folder of new Set(partitions.map(({ topic }) => topic))) {
      const known = counts.get(folder);
      if (known === undefined) {
        findings.note('Topics that the broker does not have', folder);
        continue;
      }
      for (let partition = 0; partition < known.count; partition++) {
        if (stop.aborted) throw new Interrupted(stop, 'the broker had not told everything');
        const { low, high } = await consumer.watermarks({ topic: known.topic, partition });
        const own = partitions.find((each) => each.topic === folder && each.partition === partition);
        const tell = (heading: string, from: number, next: number): void => {
          if (from < next)
            findings.note(heading, `${folder}/${partition} ${offsets(from, next - 1)}`, next - from);
        };
        const first = own?.spans[0]?.from ?? high;
        const next = (own?.spans.at(-1)?.to ?? low - 1) + 1;
        tell(BEFORE, low, own?.spans[0] === undefined ? low : Math.min(first, high));
        tell(UNREAD, Math.max(next, low), high);
        tell(BEYOND, high, next);
      }
    }
  } catch (error) {
    if (error instanceof Interrupted) throw error;
    findings.note('The broker did not tell everything', messageOf(error));
  } finally {
    await consumer.disconnect();
  }
}
