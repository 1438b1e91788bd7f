import { features, librdkafkaVersion } from './broker/kafka.ts';
import { version } from './version.ts';

/** What `--version` says: all that a report of a fault should name. */
export function versions(): string {
  return [
    `antares-client ${version}`,
    `librdkafka ${librdkafkaVersion} (${features.join(', ')})`,
    `Node.js ${process.version}, ${process.platform} ${process.arch}`,
  ].join('\n');
}
