// Clients that only fetch: what a transport can give, with nothing done to the messages.
import { join } from 'node:path';
import { has, installPackages } from '../../scripts/debian.mjs';

const programs = join(import.meta.dirname, '..', 'transport');

/** A program of bench/transport. It reads `count` messages, commits, and ends. */
function program(name, label) {
  return {
    name: `${label}, transport only`,
    row: { who: label, output: 'nothing', settings: 'transport only' },
    finished: 'committed',
    check: 'nothing',
    command: ({ lab, topic, group, count }) => ({
      file: process.execPath,
      args: [join(programs, `${name}.mjs`), lab.servers, topic, group, String(count)],
    }),
  };
}

export const nodeRdkafka = () => program('node-rdkafka', 'node-rdkafka');
/** What is left of it when values are also written, and nothing else is done. */
export const nodeRdkafkaWriting = () => ({
  name: 'node-rdkafka, values appended',
  row: { who: 'node-rdkafka', output: 'values', settings: 'appended, one file a partition' },
  finished: 'committed',
  check: 'nothing',
  command: ({ lab, topic, group, count, dir }) => ({
    file: process.execPath,
    args: [join(programs, 'node-rdkafka.mjs'), lab.servers, topic, group, String(count), dir],
  }),
});
export const kafkaJs = () => program('kafkajs', 'kafkajs');
export const platformatic = () => program('platformatic', '@platformatic/kafka');

/** Debian's kcat, as a member of a group; it commits when it leaves, at the end of the topic. */
export function kcat() {
  if (!has('kcat')) installPackages(['kcat'], 'for the bench: transport only', false);
  if (!has('kcat')) return null;
  return {
    name: 'kcat, transport only',
    row: { who: 'kcat', output: 'nothing', settings: 'transport only' },
    finished: 'committed',
    check: 'nothing',
    command: ({ lab, topic, group, count }) => ({
      file: 'sh',
      args: [
        '-c',
        'exec kcat -b "$0" -G "$1" -c "$2" -q -X auto.offset.reset=earliest "$3" > /dev/null',
        ...[lab.servers, group, String(count), topic],
      ],
    }),
  };
}
