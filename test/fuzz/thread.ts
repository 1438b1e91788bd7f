import { parentPort, workerData } from 'node:worker_threads';
import { fuzz, type FuzzOptions } from './run.ts';

/** The inputs run on a thread of their own, so that the one that watches can see where it stands still. */
const { options, position } = workerData as { options: FuzzOptions; position: Int32Array };

const report = await fuzz(options, (index) => {
  Atomics.store(position, 0, index);
});
parentPort?.postMessage(report);
