import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Finding } from '../../src/doctor/finding.ts';
import { startClient } from './client.ts';

/** What `antares-client doctor --json` finds. */
export async function findingsOf(
  t: TestContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; findings: Finding[]; stdout: string }> {
  const { code, stdout, stderr } = await startClient(t, ['doctor', '--json', ...args], env).ended;
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace');
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return { code, findings, stdout };
}

/** The row of a step that has this state. @throws AssertionError where there is none. */
export function finding(findings: readonly Finding[], step: string, state: string): Finding {
  const found = findings.find((each) => each.step === step && each.state === state);
  assert.ok(found !== undefined, `no ${state} at ${step}: ${JSON.stringify(findings, null, 1)}`);
  return found;
}
