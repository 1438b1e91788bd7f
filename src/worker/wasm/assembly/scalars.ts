import {
  CAPTURED_FALSE,
  CAPTURED_INFINITY,
  CAPTURED_MINUS_INFINITY,
  CAPTURED_NAN,
  CAPTURED_TRUE,
} from '../layout';
import { captureKind, captureText } from './capture';
import { writeSigned, writeUnsigned } from './digits';
import { writeDouble } from './double';
import { Out } from './out';
import { writeString } from './text';
import { writeTimestamp } from './time';

// Each writes one value behind its key or separator, which kept room, and notes it for the field it may be (0: none).

export function tellNull(): void {
  store<u32>(Out.at, 0x6c6c756e);
  Out.at += 4;
}

export function tellBoolean(value: bool, field: usize): void {
  if (value) {
    store<u32>(Out.at, 0x65757274);
    Out.at += 4;
  } else {
    store<u64>(Out.at, 0x65736c6166);
    Out.at += 5;
  }
  if (field != 0) captureKind(field, value ? CAPTURED_TRUE : CAPTURED_FALSE);
}

export function tellInteger(value: i64, field: usize): void {
  const start = Out.at;
  Out.at = writeSigned(start, value);
  if (field != 0) captureText(field, start, Out.at);
}

export function tellUnsigned(value: u64, field: usize): void {
  const start = Out.at;
  Out.at = writeUnsigned(start, value);
  if (field != 0) captureText(field, start, Out.at);
}

export function tellDouble(value: f64, field: usize): void {
  if (!isFinite(value)) {
    tellNonFinite(value, field);
    return;
  }
  const start = Out.at;
  Out.at = writeDouble(start, value);
  if (field != 0) captureText(field, start, Out.at);
}

/** UTF-8 bytes. */
export function tellString(from: usize, end: usize, field: usize): void {
  writeString(from, end);
  if (field != 0) captureText(field, from, end);
}

export function tellTimestamp(count: i64, digits: u32, zone: bool, field: usize): void {
  tellQuoted(writeTimestamp(Out.at + 1, count, digits, zone), count, field);
}

/** A time that was written behind the place of its quote, up to `end`; 0: there is no such time, and its count is told. */
export function tellQuoted(end: usize, count: i64, field: usize): void {
  if (end == 0) {
    tellInteger(count, field);
    return;
  }
  store<u8>(Out.at, 0x22);
  store<u8>(end, 0x22);
  if (field != 0) captureText(field, Out.at + 1, end);
  Out.at = end + 1;
}

function tellNonFinite(value: f64, field: usize): void {
  if (!Out.literal) {
    tellNull();
    return;
  }
  if (isNaN(value)) {
    store<u32>(Out.at, 0x4e614e);
    Out.at += 3;
    if (field != 0) captureKind(field, CAPTURED_NAN);
    return;
  }
  if (value < 0) store<u8>(Out.at++, 0x2d);
  // "Infinity"
  store<u64>(Out.at, 0x7974696e69666e49);
  Out.at += 8;
  if (field != 0) captureKind(field, value < 0 ? CAPTURED_MINUS_INFINITY : CAPTURED_INFINITY);
}
