import type { Config } from '../config.ts';
import { messageOf } from '../errors.ts';
import { ChildHook } from '../worker/process/child-hook.ts';
import { loadAnyHook } from '../worker/process/load.ts';
import { type Finding, fault, ok, skipped } from './finding.ts';

/** Whether the user's function is there to be called. It is loaded, in this process and environment, and asked nothing. */
export async function examineHook(pool: Config['pool']): Promise<Finding> {
  const given = pool.processFile ?? pool.processCommand;
  if (given === null) return skipped('Hook', 'none was given (--process): alerts are saved as they come');
  const said: string[] = [];
  try {
    const hook = await loadAnyHook(pool, (_level, text) => {
      said.push(text);
    });
    if (hook instanceof ChildHook) hook.stop();
    return ok('Hook', `${given} ${pool.processFile === null ? 'runs' : 'is loaded'}`);
  } catch (error) {
    const last = said.at(-1);
    return fault('Hook', messageOf(error) + (last === undefined ? '' : ` It said last: ${last}`), null);
  }
}
