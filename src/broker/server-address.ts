/** Where a broker listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** As it was given. */
  readonly text: string;
}

const KAFKA_PORT = 9092;

/** The addresses of `HOST[:PORT],…`, with Kafka's port where none is given, as librdkafka takes them. */
export function serverAddresses(bootstrapServers: string): ServerAddress[] {
  return bootstrapServers
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .map((text) => {
      const [, host = text, port] = /^(?:[a-z_]+:\/\/)?\[?(.*?)\]?(?::(\d+))?$/i.exec(text) ?? [];
      return { host, port: port === undefined ? KAFKA_PORT : Number(port), text };
    });
}
