/** One header of a Kafka message. Keys may repeat. */
export interface MessageHeader {
  /** The header's name. */
  readonly key: string;
  /** Its bytes, mostly UTF-8 text; null: it has none. */
  readonly value: Uint8Array | null;
}

/** Where an alert comes from: its message, as Kafka knows it. */
export interface AlertOrigin {
  /** Kafka's name of the topic. */
  readonly topic: string;
  /** Of the topic, from 0. */
  readonly partition: number;
  /** Of the message in its partition. */
  readonly offset: number;
  /** Place of the alert in its message, from 0: an Avro container may hold several. */
  readonly record: number;
  /** Kafka's timestamp, or null where the broker gave none, or one that is no time. */
  readonly timestamp: Date | null;
  /** The message's key, as it came; null: none. */
  readonly key: Uint8Array | null;
  /** The message's headers, in their order. */
  readonly headers: readonly MessageHeader[];
}

/** One Kafka message as a worker sees it. The views reach into shared memory and stay valid while its job is worked on. */
export interface Message {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Kafka's timestamp, milliseconds since 1970; -1 where the broker gave none. */
  readonly timestampMs: number;
  /** null: a message without a key. */
  readonly key: Uint8Array | null;
  readonly headers: readonly MessageHeader[];
  /** The message's bytes. Never null here: tombstones are counted before. */
  readonly value: Uint8Array;
  /** Its value is null, which is not the same as empty. */
  readonly tombstone?: boolean;
}
