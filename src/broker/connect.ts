import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { ClientError, messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { explainCertificate } from './certificate-trouble.ts';
import { type Classified, classify, classifySettings, isHopeless, NO_REASON_GIVEN } from './classify.ts';
import { checkClientCertificate } from './client-certificate.ts';
import { AlertConsumer, type BrokerError, SettingsError, type TopicCatalogue } from './consumer.ts';
import { findTlsServer } from './hidden-tls.ts';
import { isLeaving } from './leaving.ts';
import { consumerProperties } from './properties.ts';

/** A connected consumer and the topics it may see. */
export interface Connected {
  readonly consumer: AlertConsumer;
  readonly catalogue: TopicCatalogue;
}

/**
 * The first attempt; librdkafka tries all brokers several times within it. Each further one may take twice as long, for slow
 * lines. The process cannot end before an attempt does, so a wrong password should not begin with a long one.
 */
const FIRST_ATTEMPT_MS = 2_500;
const LAST_ATTEMPT_MS = 30_000;
const RETRY_MS = 1_000;
const SAY_AGAIN_MS = 60_000;

/**
 * Connects. An unreachable broker is tried again, with one line a minute, until `--connect-timeout`.
 *
 * @returns null when it was stopped before.
 * @throws ClientError what is wrong with certificate, credentials or rights, within seconds; or the timeout.
 */
export async function connect(config: Config, log: Log, stop: AbortSignal): Promise<Connected | null> {
  const deadlineMs = performance.now() + (config.stop.connectTimeoutMs ?? Number.POSITIVE_INFINITY);
  let saidMs = -Infinity;
  // An attempt may end without one, such as the last, which is often short.
  let reason: string | null = null;
  checkClientCertificate(config.broker);
  for (let attemptMs = FIRST_ATTEMPT_MS; ; attemptMs = Math.min(2 * attemptMs, LAST_ATTEMPT_MS)) {
    const leftMs = Math.max(1, Math.ceil(deadlineMs - performance.now()));
    const attempt = await tryOnce(config, Math.min(attemptMs, leftMs), stop);
    if ('consumer' in attempt) return attempt;
    const { kind, sentence, error } = attempt.failed;
    if (isHopeless(kind)) {
      isLeaving(attempt.left);
      const cause = kind === 'tls' ? await explainCertificate(config.broker) : null;
      throw new ClientError(error, cause ?? sentence);
    }
    if (stop.aborted) return null;
    if (sentence === NO_REASON_GIVEN) await refuseTls(config.broker);
    if (attempt.hasReason) reason = sentence;
    if (performance.now() >= deadlineMs) throw new ClientError('BROKER_UNREACHABLE', reason ?? sentence);
    if (performance.now() - saidMs >= SAY_AGAIN_MS) {
      log.warn(`${sentence} Trying again.`);
      saidMs = performance.now();
    }
    await sleep(RETRY_MS, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** @throws ClientError BROKER_TLS where plain text was sent to a server that speaks TLS: no waiting cures that. */
async function refuseTls({ securityProtocol, bootstrapServers }: Config['broker']): Promise<void> {
  if (securityProtocol.endsWith('ssl')) return;
  const where = await findTlsServer(bootstrapServers);
  if (where === null) return;
  const wanted = securityProtocol === 'plaintext' ? 'ssl (or sasl_ssl, with credentials)' : 'sasl_ssl';
  throw new ClientError(
    'BROKER_TLS',
    `${where} speaks TLS, and --security-protocol is ${securityProtocol}: say --security-protocol ${wanted}.`,
  );
}

/** An attempt that has failed. */
interface Failed {
  readonly failed: Classified;
  /** librdkafka has said why. */
  readonly hasReason: boolean;
  /** Its client is gone. */
  readonly left: Promise<void>;
}

async function tryOnce(config: Config, timeoutMs: number, stop: AbortSignal): Promise<Connected | Failed> {
  const left = Promise.resolve();
  if (stop.aborted)
    return { failed: classify({ code: 0, message: 'stopped' }, 'connecting'), hasReason: false, left };
  // A client that failed to connect cannot be used again, so each attempt has its own.
  const consumer = newConsumer(config);
  const heard: { reason: Classified | null } = { reason: null };
  const hopeless = new Promise<'hopeless'>((resolve) => {
    consumer.onTrouble = (text, code) => {
      const classified = classify({ code, message: text }, 'connecting');
      if (classified.kind === 'ignore') return;
      // The first reason is the real one; later ones only say that nothing works.
      if (heard.reason === null || isHopeless(classified.kind)) heard.reason = classified;
      if (isHopeless(classified.kind)) resolve('hopeless');
    };
  });
  // An attempt takes its listener along: there may be one a minute for nights.
  const over = new AbortController();
  const stopped = once(stop, 'abort', { signal: over.signal }).then(
    () => 'stopped' as const,
    () => 'stopped' as const,
  );
  let timedOut: Classified | null = null;
  try {
    const catalogue = await Promise.race([consumer.connect(timeoutMs), hopeless, stopped]);
    if (typeof catalogue !== 'string') return { consumer, catalogue };
  } catch (error) {
    if (error instanceof SettingsError)
      return { failed: classifySettings(error.message), hasReason: true, left };
    timedOut = classify(error as BrokerError, 'connecting');
  } finally {
    over.abort();
  }
  const failed =
    heard.reason ?? timedOut ?? classify({ code: -195, message: 'no broker answered' }, 'connecting');
  return { failed, hasReason: heard.reason !== null, left: consumer.disconnect() };
}

/** @throws ClientError CONFIG naming a property of `-X` that librdkafka does not know or take. */
function newConsumer(config: Config): AlertConsumer {
  const properties = consumerProperties(config);
  try {
    return new AlertConsumer(properties);
  } catch (error) {
    throw new ClientError(
      'CONFIG',
      `-X cannot be used: librdkafka says ${messageOf(error)}; its CONFIGURATION.md lists the properties and their values.`,
      { cause: error },
    );
  }
}
