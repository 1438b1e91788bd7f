/** How a step of the examination went. */
export type State = 'ok' | 'warning' | 'fault' | 'skipped';

/** What a step of the examination found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly step: string;
  readonly state: State;
  /** What was seen. */
  readonly text: string;
  /** What to do about it; null: nothing. */
  readonly cure: string | null;
}

/** All is well. */
export function ok(step: string, text: string): Finding {
  return { step, state: 'ok', text, cure: null };
}

/** It works, but not for long or not for all. */
export function warning(step: string, text: string, cure: string | null): Finding {
  return { step, state: 'warning', text, cure };
}

/** The client cannot work so. */
export function fault(step: string, text: string, cure: string | null): Finding {
  return { step, state: 'fault', text, cure };
}

/** Not looked at. */
export function skipped(step: string, text: string): Finding {
  return { step, state: 'skipped', text, cure: null };
}

/** A sentence of the client's errors says what is wrong, then after its last colon what to do. */
export function faultOf(step: string, error: unknown): Finding {
  return fault(step, error instanceof Error ? error.message : String(error), null);
}
