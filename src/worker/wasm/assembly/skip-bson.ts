import { giveUp } from './out';

/** Passes over one BSON value, which must end at `last` at the latest, and says where it ends. What it holds is not looked at. */
export function skipValue(type: u32, at: usize, last: usize): usize {
  switch (type) {
    case 0x01:
    case 0x09:
    case 0x11:
    case 0x12:
      return passed(at, 8, last);
    case 0x02:
    case 0x0d:
    case 0x0e:
      return passedSized(at, 1, 4, last);
    case 0x03:
    case 0x04:
      return passedSized(at, 5, 0, last);
    case 0x05:
      return passedSized(at, 0, 5, last);
    case 0x06:
    case 0x0a:
      return at;
    case 0x07:
      return passed(at, 12, last);
    case 0x08:
      if (at + 1 > last || load<u8>(at) > 1) giveUp();
      return at + 1;
    case 0x10:
      return passed(at, 4, last);
    default:
      giveUp();
      return last;
  }
}

function passed(at: usize, bytes: usize, last: usize): usize {
  if (at + bytes > last) giveUp();
  return at + bytes;
}

/** @param beside how many bytes the announced length does not count, itself among them. */
function passedSized(at: usize, least: usize, beside: usize, last: usize): usize {
  if (at + 4 > last) giveUp();
  const length = <usize>load<u32>(at);
  if (length < least || length > last - at) giveUp();
  return passed(at, length + beside, last);
}
