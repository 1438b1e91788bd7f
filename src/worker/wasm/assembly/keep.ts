import { FIELD_PLACE } from '../layout';
import { childField } from './capture';

/** All of a value is kept. */
export const KEPT_WHOLE: usize = 0;
/** Nothing of it is. */
export const LEFT_OUT: usize = usize.MAX_VALUE;

/** What is kept of the value of this key, by the tree of what is kept of its object. */
export function keptOf(keep: usize, key: usize): usize {
  if (keep == KEPT_WHOLE) return KEPT_WHOLE;
  const child = childField(keep, key);
  if (child == 0) return LEFT_OUT;
  return load<i32>(child, FIELD_PLACE) >= 0 ? KEPT_WHOLE : child;
}
