import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { OutsideWaits } from '../outside-waits.ts';
import { asFailure, type Prepare } from '../worker/message-worker.ts';
import { createPrepare, type SendLog } from '../worker/prepare.ts';
import { type Hook, loadAnyHook } from '../worker/process/load.ts';
import { KnownSchemas } from '../worker/schemas.ts';
import { withSchemas } from '../worker/with-schemas.ts';
import type {
  FromLetterThread,
  LetterAlert,
  LetterJob,
  LetterThreadData,
  ToLetterThread,
} from './messages.ts';

/** A thread's entry: it makes alerts of one letter after the other. */
const port = parentPort as MessagePort;
const { settings, waits } = workerData as LetterThreadData;
const schemas = new KnownSchemas();
const prepares = new Map<string, Prepare>();
let onSchema: (answer: Exclude<ToLetterThread, { type: 'job' }>) => void = () => undefined;

const say = (message: FromLetterThread): void => {
  port.postMessage(message);
};
const sendLog: SendLog = (level, text, fields) => {
  say({ type: 'log', level, text, fields });
};

async function start(): Promise<void> {
  const hook = await loadAnyHook(settings, sendLog, new OutsideWaits(waits));
  port.on('message', (message: ToLetterThread) => {
    if (message.type === 'job') void answer(message, hook);
    else onSchema(message);
  });
  say({ type: 'ready' });
}

async function answer(job: LetterJob, hook: Hook | null): Promise<void> {
  try {
    say({ type: 'alerts', alerts: await alertsOf(job, hook) });
  } catch (error) {
    const { code, text } = asFailure(error);
    say({ type: 'failed', code, text });
  }
}

function alertsOf({ message, topicPrefix, inLines }: LetterJob, hook: Hook | null): Promise<LetterAlert[]> {
  return withSchemas(
    schemas,
    async () => {
      const prepare = prepareFor(topicPrefix, inLines, hook);
      const alerts: LetterAlert[] = [];
      await prepare(
        message,
        // The bytes are the transcoder's until the next alert.
        ({ path, bytes, stamps = [] }) =>
          alerts.push({ path, bytes: bytes === null ? null : Buffer.from(bytes), stamps }),
        Number.POSITIVE_INFINITY,
      );
      return alerts;
    },
    askForSchema,
  );
}

function prepareFor(topicPrefix: string, inLines: boolean, hook: Hook | null): Prepare {
  const key = `${topicPrefix} ${inLines}`;
  let prepare = prepares.get(key);
  if (prepare === undefined) {
    const { indent, select } = settings;
    const stamps = select.stamps === 'extract' ? 'keep' : select.stamps;
    const ours = {
      ...settings,
      topicPrefix,
      indent: inLines ? 0 : indent,
      select: inLines ? { ...select, stamps } : select,
    };
    prepares.set(key, (prepare = createPrepare(ours, schemas, hook, sendLog)));
  }
  return prepare;
}

function askForSchema(schemaId: number): Promise<string> {
  return new Promise((resolve, reject) => {
    onSchema = (given) => {
      if (given.type === 'schema') resolve(given.schemaText);
      else reject(new Error(given.reason));
    };
    say({ type: 'schema-needed', schemaId });
  });
}

start().catch((error: unknown) => {
  say({ type: 'unusable', reason: messageOf(error) });
});
