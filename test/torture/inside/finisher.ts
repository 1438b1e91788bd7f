/* eslint-disable @typescript-eslint/unbound-method -- each is called with its own `this` again */
import { NewFile } from '../../../src/finish/new-file.ts';
import { type Plan, reach } from './plan.ts';

/** Windows in the threads that give segments their form: half of what is appended is written, or the whole file is on the disk. */
export function watchFinisher(plan: Plan): void {
  const { append, sync } = NewFile.prototype;
  NewFile.prototype.append = function (bytes) {
    reach(plan, 'inside-finish', () => {
      append.call(this, bytes.subarray(0, bytes.byteLength / 2));
    });
    append.call(this, bytes);
  };
  NewFile.prototype.sync = function () {
    sync.call(this);
    reach(plan, 'after-finish');
  };
}
