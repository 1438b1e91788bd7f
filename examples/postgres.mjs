// Saves alerts to PostgreSQL, each exactly once:
//
//     npm install pg pg-copy-streams
//     PGHOST=localhost PGDATABASE=alerts node postgres.mjs KAFKA_SERVERS GROUP TOPIC…
//
// The offset behind the last alert of each partition is kept in the same transaction as the alerts. Reading begins there, so it does not
// matter whether Kafka heard of the last batch; and of two processes that believe a partition to be theirs only one writes each alert.
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AlertStream, alertToJson } from 'antares-client';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

const TABLES = `
  CREATE TABLE IF NOT EXISTS alerts (
    topic text, partition int, "offset" bigint, record int, kafka_time timestamptz, alert jsonb,
    PRIMARY KEY (topic, partition, "offset", record)
  );
  CREATE TABLE IF NOT EXISTS alert_offsets (topic text, partition int, next bigint, PRIMARY KEY (topic, partition))`;

export class PostgresSink {
  #client;

  /** @param options as for `new pg.Client`; default: the PG… variables of the environment. */
  static async open(options) {
    const sink = new PostgresSink();
    sink.#client = new pg.Client(options);
    await sink.#client.connect();
    await sink.#client.query(TABLES);
    return sink;
  }

  /** Where reading goes on. */
  async position(topic, partition) {
    const { rows } = await this.#client.query(
      'SELECT next FROM alert_offsets WHERE topic = $1 AND partition = $2',
      [topic, partition],
    );
    return rows.length === 0 ? null : Number(rows[0].next);
  }

  /** One transaction. When it has returned, the batch is durable. */
  async write(batch) {
    await this.#client.query('BEGIN');
    try {
      const held = new Map();
      for (const range of batch.offsets) held.set(keyOf(range), await this.#takeOffset(range));
      const fresh = batch.alerts.filter((each) => each.offset >= held.get(keyOf(each)));
      const copy = this.#client.query(
        copyFrom('COPY alerts (topic, partition, "offset", record, kafka_time, alert) FROM STDIN'),
      );
      await pipeline(Readable.from(fresh.map(lineOf)), copy);
      await this.#client.query('COMMIT');
    } catch (error) {
      await this.#client.query('ROLLBACK');
      throw error;
    }
  }

  async close() {
    await this.#client.end();
  }

  /** Moves the partition's offset on, and keeps others from it until the end of the transaction. Returns where it was. */
  async #takeOffset({ topic, partition, next }) {
    const place = [topic, partition];
    await this.#client.query('INSERT INTO alert_offsets VALUES ($1, $2, 0) ON CONFLICT DO NOTHING', place);
    const { rows } = await this.#client.query(
      'SELECT next FROM alert_offsets WHERE topic = $1 AND partition = $2 FOR UPDATE',
      place,
    );
    await this.#client.query(
      'UPDATE alert_offsets SET next = greatest(next, $3) WHERE topic = $1 AND partition = $2',
      [...place, next],
    );
    return Number(rows[0].next);
  }
}

const keyOf = ({ topic, partition }) => `${topic}/${partition}`;

/** A line of COPY's text format. */
function lineOf({ topic, partition, offset, record, timestamp, alert }) {
  const columns = [topic, partition, offset, record, timestamp?.toISOString() ?? null, alertToJson(alert)];
  return `${columns.map((value) => (value === null ? '\\N' : escaped(String(value)))).join('\t')}\n`;
}

function escaped(text) {
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character]);
}

const ESCAPES = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

if (process.argv[1] === import.meta.filename) {
  const [bootstrapServers, group, ...topics] = process.argv.slice(2);
  const stop = new AbortController();
  void once(process, 'SIGINT').then(() => stop.abort());
  const stream = new AlertStream({ topics, group, bootstrapServers, batchSize: 5_000, signal: stop.signal });
  await stream.pipeTo(await PostgresSink.open());
}
