import {
  CAPTURE_BYTES,
  CAPTURED_TEXT,
  CAPTURES,
  CHILD_BYTES,
  FIELD_CHILDREN,
  FIELD_FIRST_CHILD,
  FIELD_PLACE,
  KEY_NAME,
  KEY_NAME_BYTES,
  MAX_CAPTURES,
} from '../layout';

/** Forgets what was captured. */
export function beginCaptures(): void {
  memory.fill(CAPTURES, 0, MAX_CAPTURES * CAPTURE_BYTES);
}

/** The field of this key below another, or 0: nobody asked for it. */
export function childField(field: usize, key: usize): usize {
  const count = load<u32>(field, FIELD_CHILDREN);
  const bytes = load<u32>(key, KEY_NAME_BYTES);
  for (let i: u32 = 0; i < count; i++) {
    const child = field + FIELD_FIRST_CHILD + <usize>i * CHILD_BYTES;
    if (load<u32>(child) == bytes && memory.compare(load<u32>(child, 4), key + KEY_NAME, bytes) == 0)
      return load<u32>(child, 8);
  }
  return 0;
}

/** Notes a value that stands somewhere in the memory as text. */
export function captureText(field: usize, start: usize, end: usize): void {
  const place = load<i32>(field, FIELD_PLACE);
  if (place < 0) return;
  const capture = CAPTURES + <usize>place * CAPTURE_BYTES;
  store<u32>(capture, CAPTURED_TEXT);
  store<u32>(capture, <u32>start, 4);
  store<u32>(capture, <u32>end, 8);
}

/** Notes a value that its kind says. */
export function captureKind(field: usize, kind: u32): void {
  const place = load<i32>(field, FIELD_PLACE);
  if (place >= 0) store<u32>(CAPTURES + <usize>place * CAPTURE_BYTES, kind);
}
