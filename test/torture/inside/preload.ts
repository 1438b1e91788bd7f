/** Loaded into a client and its workers by `--import`: windows for kills, planted bugs, and a trace, as the plan in its address says. */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { FileEvent } from '../check/durable.ts';
import { changeNativeConsumer, watchBroker } from './broker.ts';
import { plantEverywhere, plantOnMain } from './bugs.ts';
import { watchFiles } from './files.ts';
import { watchFinisher } from './finisher.ts';
import type { Plan } from './plan.ts';

const plan = JSON.parse(new URL(import.meta.url).searchParams.get('plan') ?? 'null') as Plan;
const append = appendFileSync;

// A line is appended in one call: the threads' lines do not mix, and their order is the order of what they tell.
const note = (event: FileEvent): void => {
  if (plan.traceFile !== null) append(plan.traceFile, `${JSON.stringify(event)}\n`);
};

watchFiles(plan, note);
watchFinisher(plan);
plantEverywhere(plan);
if (isMainThread) {
  changeNativeConsumer(plan);
  await plantOnMain(plan);
  const { AlertConsumer } = await import('../../../src/broker/consumer.ts');
  watchBroker(AlertConsumer, plan, note);
}
