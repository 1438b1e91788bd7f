import { connect } from './broker/connect.ts';
import { readSubscription } from './broker/subscription.ts';
import { chooseDurability } from './commit/durability.ts';
import type { Config } from './config.ts';
import { Flow, type Summary } from './flow.ts';
import type { Log } from './log.ts';
import { prepareOutput } from './output.ts';
import { UntilEnd } from './stop/until-end.ts';

/**
 * Reads, saves and commits until the signal, the limit or the end of the topics.
 *
 * @param stop aborts when the client is to stop: it drains, commits and leaves the group.
 * @throws ClientError whatever ended it before that. What was finished is committed all the same.
 */
export async function run(config: Config, log: Log, stop: AbortSignal): Promise<Summary> {
  const { output, topics } = config;
  const folder = output.dir === null ? null : await prepareOutput(output.dir);
  const durability = await chooseDurability(output.durability, output.dir);
  if (output.dir !== null) log.info(`Saving to ${output.dir}; durability: ${durability.description}.`);

  const { consumer, catalogue } = await connect(config, log, stop);
  const flow = new Flow({ config, log, consumer, durability, folder });
  try {
    const { partitions, isNew } = readSubscription(topics.kafkaNames, catalogue, config.stop.untilEnd, log);
    const until = config.stop.untilEnd ? await UntilEnd.snapshot(consumer, partitions) : null;
    return await flow.run(topics.kafkaNames, isNew, until, stop);
  } finally {
    await flow.leave();
  }
}
