/**
 * Gives buffers back at once, instead of when a garbage collection comes by: their memory is outside of the heap, and at full rate the
 * collector would be called for them some ten times a second. They are empty afterwards.
 */
export function release(buffers: ArrayBuffer[]): void {
  // What is transferred goes to the copy, and the copy to nobody.
  if (buffers.length > 0) structuredClone(null, { transfer: buffers });
}
