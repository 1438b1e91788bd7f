import type { ServerResponse } from 'node:http';
import type { PartitionOffset } from '../broker/consumer.ts';
import { partitionKey } from '../commit/partition-progress.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AlertReader } from './alert-reader.ts';
import { letterBytes, listLetters } from './letters.ts';
import type { DeadLetters } from './messages.ts';
import { type Ask, Refusal } from './server.ts';

/** What the page asks for beside the events, by path. @param outputDir null: there is none. */
export function alertAsks(
  telemetry: Telemetry,
  reader: AlertReader,
  outputDir: string | null,
): [path: string, Ask][] {
  return [
    [
      '/alert',
      async ({ searchParams }, response) => {
        sendJson(response, await reader.read(placeOf(searchParams, telemetry)));
      },
    ],
    [
      '/letters',
      async (_asked, response) => {
        const none: DeadLetters = { letters: [], total: 0 };
        sendJson(response, JSON.stringify(outputDir === null ? none : await listLetters(outputDir)));
      },
    ],
    [
      '/letter',
      async ({ searchParams }, response) => {
        if (outputDir === null) throw new Refusal(404, 'There is no output folder.');
        const bytes = await letterBytes(outputDir, searchParams.get('name') ?? '');
        response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes);
      },
    ],
  ];
}

/** A message of what this run reads. @throws Refusal */
function placeOf(asked: URLSearchParams, telemetry: Telemetry): PartitionOffset {
  const topic = asked.get('topic') ?? '';
  const [partition = -1, offset = -1] = ['partition', 'offset'].map((name) => {
    const text = asked.get(name) ?? '';
    return /^\d{1,16}$/.test(text) ? Number(text) : -1;
  });
  if (offset < 0 || !telemetry.counts.has(partitionKey({ topic, partition })))
    throw new Refusal(404, 'This run does not read such a message.');
  return { topic, partition, offset };
}

function sendJson(response: ServerResponse, json: string | Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(json);
}
