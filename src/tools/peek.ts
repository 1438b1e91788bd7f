import { ClientError, messageOf } from '../errors.ts';
import { bytesText } from '../status/units.ts';
import { dateOf } from '../timestamp.ts';
import type { Message } from '../worker/message.ts';
import { AlertPrinter } from './alerts.ts';
import { newestMessages, noAlertIn } from './newest.ts';
import { openSession, shownTopic, type ToolInput, withBroker } from './session.ts';

/** `antares-client peek`. @throws ClientError */
export async function peek(input: ToolInput): Promise<void> {
  const count = countOf(String(input.given['count']));
  const session = openSession(input, String(input.given['topic']));
  const { config, log } = session;
  const printer = new AlertPrinter(session);
  await withBroker(session, async (connected) => {
    const messages = await newestMessages(connected, session, count);
    if (messages.length === 0) log.info(noAlertIn(String(input.given['topic'])));
    let bad = 0;
    for (const { topic, partition, offset, timestampMs, key, headers, value } of messages) {
      const message: Message = {
        ...{ topic, partition, offset, timestampMs, key, headers },
        value: value ?? Buffer.alloc(0),
      };
      const at = `${shownTopic(topic, config)}/${partition} offset ${offset}`;
      log.info(`${at}, ${timeOf(timestampMs)}, ${bytesText(message.value.length)}`);
      try {
        await printer.print(message);
      } catch (error) {
        if (error instanceof ClientError) throw error;
        bad += 1;
        log.warn(`${at} cannot be decoded: ${messageOf(error)}`);
      }
    }
    if (bad > 0)
      throw new ClientError('BAD_MESSAGE', `${bad} of ${messages.length} messages cannot be decoded.`);
  });
}

function countOf(given: string): number {
  const count = Number(given);
  if (Number.isInteger(count) && count >= 1 && count <= 10_000) return count;
  throw new ClientError('USAGE', `-n ${given} cannot be used: it must be a whole number from 1 to 10000.`);
}

function timeOf(timestampMs: number): string {
  return dateOf(timestampMs)?.toISOString() ?? 'without a time';
}
