/* eslint-disable @typescript-eslint/unbound-method -- each is called with its own `this` again */
import { BatchView } from '../../../src/batch/batch.ts';
import { OutputFolder } from '../../../src/worker/write/folder.ts';
import type { Plan } from './plan.ts';

/** Bugs that live where both threads come by, or in the workers. */
export function plantEverywhere({ bug }: Plan): void {
  if (bug === 'wrong-order') {
    // Whoever has finished first publishes first.
    BatchView.prototype.beginPublishing = () => true;
  }
  if (bug === 'swallowed-dead-letter') {
    const { write } = OutputFolder.prototype;
    OutputFolder.prototype.write = function (path, bytes, sync) {
      if (!path.startsWith('_dead-letter/')) return write.call(this, path, bytes, sync);
      return { path, bytes: bytes.byteLength, publish: () => undefined, discard: () => undefined };
    };
  }
}

/** Bugs of the main thread. */
export async function plantOnMain({ bug }: Plan): Promise<void> {
  if (bug === 'forgetful-journal') {
    const { PartitionNotes } = await import('../../../src/journal/partition-notes.ts');
    const { saved } = PartitionNotes.prototype;
    PartitionNotes.prototype.saved = function (offset, lines) {
      if (offset % 50 !== 0) saved.call(this, offset, lines);
    };
  }
  if (bug === 'commit-before-write') {
    const { PartitionProgress } = await import('../../../src/commit/partition-progress.ts');
    Object.defineProperty(PartitionProgress.prototype, 'finished', {
      get(this: InstanceType<typeof PartitionProgress>) {
        return this.watermark.position;
      },
    });
  }
  if (bug === 'last-batch-dropped') {
    const { Assignment } = await import('../../../src/broker/assignment.ts');
    const { Watermark } = await import('../../../src/commit/watermark.ts');
    const { close } = Assignment.prototype;
    Assignment.prototype.close = function () {
      close.call(this);
      for (const at of this.partitions.values()) {
        at.works.clear();
        at.watermark = new Watermark(at.watermark.position);
      }
    };
  }
}
