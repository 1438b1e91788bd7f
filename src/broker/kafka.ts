/**
 * The only door to node-rdkafka. The addon is not context-aware, so nothing that a worker thread loads may import this
 * file.
 */
import rdkafka from 'node-rdkafka';

export const { AdminClient, KafkaConsumer, Producer } = rdkafka;
export type KafkaConsumer = rdkafka.KafkaConsumer;
export type Producer = rdkafka.Producer;

/** What the bundled librdkafka was compiled with, such as `ssl`, `sasl_scram`, `zstd`. */
export const features: readonly string[] = rdkafka.features;

/** The version of that librdkafka. */
export const librdkafkaVersion: string = rdkafka.librdkafkaVersion;
