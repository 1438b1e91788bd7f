import { MessageChannel } from 'node:worker_threads';

/** Nobody hears what goes into it. */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Gives buffers back at once, without a garbage collection: their memory is outside of the heap, and at full rate the whole heap would be
 * marked for them some ten times a second. They are empty afterwards.
 *
 * So the collector of the main thread has little to do, and finds late what else nobody holds any more: shared memory, of whose size it
 * knows nothing, must not be dropped uncounted (`BatchMemory`), or hundreds of MB of it pile up (npm run soak).
 */
export function release(buffers: ArrayBuffer[]): void {
  if (buffers.length > 0) nowhere.postMessage(null, buffers);
}
