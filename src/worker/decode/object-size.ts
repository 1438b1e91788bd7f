import { DecodeError, limits } from './error.ts';

/** Counts the values of a message that must become an object. */
export class ObjectSize {
  #values = 0;

  /** One value more. @throws DecodeError TOO_LARGE */
  grow(): void {
    if (++this.#values > limits.objectValues) {
      throw new DecodeError(
        'TOO_LARGE',
        `It has more than ${limits.objectValues} values, too many for a hook and for a message with repeated keys.`,
      );
    }
  }
}
