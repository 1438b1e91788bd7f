import { askRegistry, hintAt } from '../broker/registry-request.ts';
import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { type Finding, fault, ok, skipped } from './finding.ts';

/** Whether the schema registry answers as one. */
export async function examineRegistry(settings: Config['decode'], stop: AbortSignal): Promise<Finding> {
  const { registry } = settings;
  if (registry === null) return skipped('Schema registry', 'none was given (--schema-registry)');
  const url = new URL('subjects', registry.endsWith('/') ? registry : `${registry}/`);
  try {
    const { status, body, location } = await askRegistry(url, settings, stop);
    if (status !== 200) {
      return fault(
        'Schema registry',
        `${url.host} answered with status ${status}${hintAt(status, location)}`,
        status === 404
          ? 'check the path of --schema-registry: the registry lists its subjects at …/subjects'
          : null,
      );
    }
    const subjects: unknown = JSON.parse(body);
    if (!Array.isArray(subjects)) throw new Error('it does not list its subjects');
    return ok('Schema registry', `${url.host} answers and knows ${subjects.length} subjects`);
  } catch (error) {
    const why = error instanceof SyntaxError ? 'its answer is not JSON' : messageOf(error);
    return fault(
      'Schema registry',
      `${url.host} does not answer as a registry does: ${why}`,
      'check --schema-registry',
    );
  }
}
