import { type PartitionProgress, partitionKey } from './commit/partition-progress.ts';
import { ClientError } from './errors.ts';

/** The broker has lost messages that were read. */
export function cutTopic(at: PartitionProgress): ClientError {
  return new ClientError(
    'TOPIC_RECREATED',
    `${partitionKey(at)} was cut: the broker has lost messages that were read before, up to offset ${at.lastRead?.offset ?? 0} (a power cut, or a leader that had not got them), and gives their offsets to others, of which none is saved yet. Begin before the loss, with --start-at and a time; where alerts are saved in segments, in another --output-dir.`,
  );
}

/** A sentence on reading that the broker has set back. */
export function setBackText(at: PartitionProgress, offset: number): string {
  return `The broker has set reading of ${partitionKey(at)} back from offset ${at.watermark.position} to ${offset}: it may have lost what it had last. Nothing more is committed until it is clear whether that is so.`;
}
