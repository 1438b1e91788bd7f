/**
 * Reads alert streams of sky surveys from Apache Kafka.
 *
 * @packageDocumentation
 */
export { AlertStream } from './stream/alert-stream.ts';
export type { AlertStreamOptions } from './stream/options.ts';
export type { AlertBatch, OffsetRange, SkippedMessage, StreamedAlert } from './stream/batch.ts';
export { alertToJson } from './stream/json.ts';
export type { Sink } from './stream/sink.ts';
export type { EncodedMessage, MessageDecoder } from './stream/decoders.ts';
export { ClientError, type ErrorCode } from './errors.ts';
export { DecodeError, type DecodeErrorCode } from './worker/decode/error.ts';
export type { AlertContext, HookLogger, ProcessAlert } from './worker/process/hook.ts';
export type { AlertOrigin, MessageHeader } from './worker/message.ts';
export { simulateNight, type NightOptions, type SimulatedAlert } from './simulate/night.ts';
export type * from './alerts/antares.ts';
export type * from './alerts/ztf.ts';
export type * from './alerts/lsst.ts';
