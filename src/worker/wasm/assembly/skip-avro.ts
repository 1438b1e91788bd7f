import {
  OP_ARRAY,
  OP_BOOLEAN,
  OP_BYTES,
  OP_DATE,
  OP_DOUBLE,
  OP_ENUM,
  OP_FIXED,
  OP_FLOAT,
  OP_GIVE_UP,
  OP_INT,
  OP_LONG,
  OP_MAP,
  OP_NULL,
  OP_RECORD,
  OP_STRING,
  OP_TIME_OF_DAY,
  OP_TIMESTAMP,
  OP_UNION,
} from '../layout';
import { chosenBranch, enter, readBlock, readLong, readSize, take } from './block';
import { giveUp } from './out';

/** Passes over one value. Like ../../decode/avro/skip.ts it looks at what the value holds no further than its length asks. */
export function skipByProgram(type: usize, level: u32): void {
  while (load<u32>(type) == OP_UNION) {
    type = chosenBranch(type);
    enter(++level);
  }
  switch (load<u32>(type)) {
    case OP_NULL:
      return;
    case OP_BOOLEAN:
      take(1);
      return;
    case OP_INT:
    case OP_LONG:
    case OP_ENUM:
    case OP_DATE:
    case OP_TIME_OF_DAY:
    case OP_TIMESTAMP:
      readLong();
      return;
    case OP_FLOAT:
      take(4);
      return;
    case OP_DOUBLE:
      take(8);
      return;
    case OP_BYTES:
    case OP_STRING:
      take(readSize());
      return;
    case OP_FIXED:
      take(<usize>load<u32>(type, 4));
      return;
    case OP_RECORD: {
      enter(++level);
      const count = load<u32>(type, 4);
      let member = type + 8;
      for (let i: u32 = 0; i < count; i++, member += 8) skipByProgram(<usize>load<u32>(member, 4), level);
      return;
    }
    case OP_ARRAY:
    case OP_MAP: {
      enter(++level);
      const isMap = load<u32>(type) == OP_MAP;
      const itemType = <usize>load<u32>(type, 4);
      for (let count = readBlock(); count > 0; count = readBlock()) {
        for (; count > 0; count--) {
          if (isMap) take(readSize());
          skipByProgram(itemType, level);
        }
      }
      return;
    }
    case OP_GIVE_UP:
    default:
      giveUp();
  }
}
