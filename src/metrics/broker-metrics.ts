import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Value } from './metrics.ts';

/** Makes a metric that reads its values when it is asked. */
type Make = (name: string, help: string, labelNames: string[], read: () => readonly Value[]) => void;

/** What of librdkafka's statistics is shown; see its STATISTICS.md. */
interface Statistics {
  readonly replyq?: number;
  readonly rx_bytes?: number;
  readonly tx_bytes?: number;
  readonly brokers?: Readonly<Record<string, BrokerStatistics>>;
  readonly topics?: Readonly<
    Record<string, { readonly partitions: Readonly<Record<string, { readonly fetchq_size?: number }>> }>
  >;
  readonly cgrp?: { readonly rebalance_cnt?: number };
}

interface BrokerStatistics {
  readonly nodeid: number;
  readonly nodename: string;
  readonly state: string;
  readonly connects?: number;
  readonly disconnects?: number;
  readonly rxerrs?: number;
  readonly txerrs?: number;
  readonly req_timeouts?: number;
  readonly rtt?: { readonly avg: number; readonly p99: number };
}

const BROKER = ['broker'];

/** Metrics from librdkafka's statistics, as it gave them last. */
export function brokerMetrics(telemetry: Telemetry, counter: Make, gauge: Make): void {
  const all = (): Statistics => JSON.parse(telemetry.brokerStatistics ?? '{}') as Statistics;
  // Bootstrap addresses become brokers with a number once they are known.
  const ofBrokers =
    (read: (broker: BrokerStatistics) => number): (() => Value[]) =>
    () =>
      Object.values(all().brokers ?? {})
        .filter(({ nodeid }) => nodeid >= 0)
        .map((broker) => [{ broker: broker.nodename }, read(broker)]);
  const one = (read: (statistics: Statistics) => number | undefined) => (): Value[] => {
    const value = read(all());
    return value === undefined ? [] : [[{}, value]];
  };
  const named = (name: string): string => `librdkafka_${name}`;
  gauge(
    named('queued_events'),
    'Events that wait to be served',
    [],
    one((each) => each.replyq),
  );
  counter(
    named('received_bytes_total'),
    'Bytes from brokers',
    [],
    one((each) => each.rx_bytes),
  );
  counter(
    named('sent_bytes_total'),
    'Bytes to brokers',
    [],
    one((each) => each.tx_bytes),
  );
  counter(
    named('rebalances_total'),
    'Rebalances of the group',
    [],
    one((each) => each.cgrp?.rebalance_cnt),
  );
  gauge(named('prefetched_bytes'), 'Bytes fetched ahead', ['topic', 'partition'], () =>
    Object.entries(all().topics ?? {}).flatMap(([topic, { partitions }]) =>
      Object.entries(partitions)
        .filter(([partition]) => Number(partition) >= 0)
        .map(([partition, { fetchq_size = 0 }]): Value => [{ topic, partition }, fetchq_size]),
    ),
  );
  gauge(
    named('broker_up'),
    '1 where the connection stands',
    BROKER,
    ofBrokers(({ state }) => (state === 'UP' ? 1 : 0)),
  );
  counter(
    named('broker_connects_total'),
    'Connections begun',
    BROKER,
    ofBrokers((each) => each.connects ?? 0),
  );
  counter(
    named('broker_disconnects_total'),
    'Connections that ended',
    BROKER,
    ofBrokers((each) => each.disconnects ?? 0),
  );
  counter(
    named('broker_errors_total'),
    'Requests that failed or got no answer in time',
    BROKER,
    ofBrokers(({ rxerrs = 0, txerrs = 0, req_timeouts = 0 }) => rxerrs + txerrs + req_timeouts),
  );
  gauge(
    named('broker_round_trip_seconds'),
    "99 % of the requests of the statistics' last interval were answered within",
    BROKER,
    ofBrokers(({ rtt }) => (rtt?.p99 ?? 0) / 1e6),
  );
}
