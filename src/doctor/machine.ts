import { execFileSync } from 'node:child_process';
import { cureFor, type Feature, missingFeatures } from '../broker/features.ts';
import { features, librdkafkaVersion } from '../broker/kafka.ts';
import type { Config } from '../config.ts';
import { moreOpenFiles, openFilesAllowed } from '../open-files.ts';
import { type Finding, fault, ok, skipped, warning } from './finding.ts';

/** librdkafka's sockets, worker threads and the files that are being written take so many without a night's peak. */
const ENOUGH_FILES = 1_024;
/** So far may the clocks of two machines differ without anybody losing anything by it. */
const CLOCK_TOLERANCE_MS = 60_000;

/** Node, librdkafka and what it was built with. @param config null: it is not known what is needed. */
export function examineBuild(
  config: Config | null,
  missing: readonly Feature[] = missingFeatures(),
): Finding {
  const text = `Node.js ${process.version}, librdkafka ${librdkafkaVersion} (${features.join(', ')})`;
  if (missing.length === 0) return ok('Build', text);
  const cure = cureFor(missing);
  return config !== null && missing.some((feature) => neededBy(config).includes(feature))
    ? fault('Build', text, cure)
    : warning('Build', text, cure);
}

function neededBy({ broker }: Config): Feature[] {
  return [
    ...(broker.securityProtocol.endsWith('ssl') ? (['ssl'] as const) : []),
    ...(broker.saslMechanism.startsWith('SCRAM') ? (['sasl_scram'] as const) : []),
    ...(broker.oauth === null ? [] : (['oidc'] as const)),
  ];
}

/** How many files may be open at once. */
export function examineOpenFiles(): Finding {
  const limit = openFilesAllowed;
  if (limit === null) return skipped('Open files', 'this system does not tell its limit');
  const text = limit === Number.POSITIVE_INFINITY ? 'as many as there are' : `at most ${limit} at once`;
  return limit < ENOUGH_FILES ? warning('Open files', text, moreOpenFiles) : ok('Open files', text);
}

/**
 * Whether this machine's clock can be right. It decides about certificates, tokens and `2h-ago`.
 *
 * @param newestMs when a message was made that has been read just now; -1: none was, or it does not say.
 */
export function examineClock(newestMs: number): Finding {
  const nowMs = Date.now();
  const now = new Date(nowMs).toISOString();
  const cure = 'set it by the network: timedatectl set-ntp true';
  if (newestMs - nowMs > CLOCK_TOLERANCE_MS) {
    const seconds = Math.round((newestMs - nowMs) / 1000);
    return fault('Clock', `here it is ${now}, and a message was made ${seconds} s later than that`, cure);
  }
  const synchronised = askTimedatectl();
  if (synchronised === false) return warning('Clock', `${now}, and nothing keeps it right`, cure);
  return ok('Clock', synchronised === null ? now : `${now}, kept right by the network`);
}

/** null: nobody here knows. */
function askTimedatectl(): boolean | null {
  try {
    const answer = execFileSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      encoding: 'utf8',
      timeout: 3_000,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
    }).trim();
    return answer === 'yes' ? true : answer === 'no' ? false : null;
  } catch {
    return null;
  }
}
