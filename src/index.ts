/**
 * Reads alert streams of sky surveys from Apache Kafka.
 *
 * @packageDocumentation
 */
export { AlertStream, type AlertStreamOptions, type StreamedAlert } from './stream.ts';
export { ClientError, type ErrorCode } from './errors.ts';
export type { AlertContext, HookLogger, ProcessAlert } from './worker/process/hook.ts';
export type { MessageHeader } from './worker/message.ts';
export { simulateNight, type NightOptions, type SimulatedAlert } from './simulate/night.ts';
