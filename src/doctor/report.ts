import { styleText } from 'node:util';
import type { Finding, State } from './finding.ts';

const signs: Readonly<Record<State, string>> = { ok: '✓', warning: '!', fault: '✗', skipped: '–' };
const colours = { ok: 'green', warning: 'yellow', fault: 'red', skipped: 'gray' } as const;
const INDENT = '  ';

/** A finding as a line, and what to do about it below. */
export function lineOf({ step, state, text, cure }: Finding, inColour: boolean): string {
  const sign = inColour ? styleText(colours[state], signs[state], { validateStream: false }) : signs[state];
  const line = `${sign} ${step}: ${text}\n`;
  return cure === null ? line : `${line}${INDENT}→ ${cure}\n`;
}

/** All of it for programs. */
export function jsonOf(findings: readonly Finding[]): string {
  return `${JSON.stringify({ ok: findings.every(({ state }) => state !== 'fault'), findings }, null, 2)}\n`;
}
