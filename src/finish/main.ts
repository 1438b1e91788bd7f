import { type MessagePort, parentPort } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { writeAvro } from './avro-file.ts';
import { LooseFile } from './loose-file.ts';
import type { FinishAnswer, Finished, FinishJob } from './messages.ts';
import { NewFile } from './new-file.ts';
import { writeParquet } from './parquet-file.ts';

/** A thread's entry: it finishes one file after the other. */
const port = parentPort as MessagePort;

port.on('message', (job: FinishJob) => {
  finish(job)
    .then((finished): FinishAnswer => ({ ok: true, finished }), failed)
    .then((answer) => {
      port.postMessage(answer);
    })
    .catch(() => {
      process.exit(1);
    });
});

async function finish({ from, crc32c, to, form, sync }: FinishJob): Promise<Finished> {
  const loose = new LooseFile(from, crc32c);
  let file: NewFile | null = null;
  try {
    file = new NewFile(to);
    if (form.kind === 'avro') await writeAvro(loose, file, form.compression);
    else await writeParquet(loose, file);
    if (sync) file.sync();
    return { bytes: file.bytes, crc32c: file.crc32c };
  } finally {
    loose.close();
    file?.close();
  }
}

function failed(error: unknown): FinishAnswer {
  const { code, syscall } = error as NodeJS.ErrnoException;
  // Room may be made on a disk, descriptors come back. After a failed sync nothing that was written counts, and what was read badly is lost.
  const retryable = syscall === 'write' || syscall === 'open';
  return { ok: false, message: messageOf(error), code, retryable };
}
