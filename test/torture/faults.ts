import { setTimeout as sleep } from 'node:timers/promises';
import type { Victim } from './broker.ts';
import type { Crew } from './crew.ts';
import type { Dice } from './dice.ts';
import type { Tally } from './tally.ts';
import type { FaultKind } from './options.ts';

/** Longer than a member's session, which is 2 s, or 3 with the new protocol (scripts/kafka/broker.mjs). */
const PAST_SESSION_MS = [3_500, 5_500] as const;

/** What faults are done to. */
export interface Targets {
  readonly crew: Crew;
  readonly victim: Victim;
  readonly dice: Dice;
  readonly tally: Tally;
  /** How long the broker is frozen at the most. */
  readonly longestFreezeMs: number;
}

/** Injects one fault and waits until it is over. Kills in windows happen by themselves, and hooks make their trouble by the messages. */
export async function inject(kind: FaultKind, targets: Targets): Promise<void> {
  const { crew, victim, dice, tally, longestFreezeMs } = targets;
  const member = crew.anyone();
  switch (kind) {
    case 'kill':
      // Most kills come from the inside, in the windows; time is what they need.
      await sleep(dice.int(200, 1_000));
      if (dice.chance(0.25)) crew.anyone()?.send('SIGKILL');
      return;
    case 'term':
      if (member === null) return;
      tally.fault(kind);
      member.send(dice.pick(['SIGTERM', 'SIGINT']));
      if (!dice.chance(0.5)) return;
      await sleep(dice.int(0, 60));
      member.send(dice.pick(['SIGTERM', 'SIGINT']));
      return;
    case 'freeze-member':
      if (member === null) return;
      tally.fault(kind);
      member.send('SIGSTOP');
      await sleep(dice.int(...PAST_SESSION_MS));
      member.send('SIGCONT');
      return;
    case 'churn':
      tally.fault(kind);
      await crew.guest(dice.int(1_000, 4_000));
      return;
    case 'kill-broker':
      tally.fault(kind);
      await crew.trouble(async () => {
        process.kill(victim.pid(), 'SIGKILL');
        await sleep(dice.int(0, 2_000));
        await victim.restart();
      });
      return;
    case 'freeze-broker':
      tally.fault(kind);
      await crew.trouble(async () => {
        process.kill(victim.pid(), 'SIGSTOP');
        await sleep(dice.int(1_000, longestFreezeMs));
        process.kill(victim.pid(), 'SIGCONT');
      });
      return;
    case 'proxy':
    case 'corrupt': {
      const mode = kind === 'corrupt' ? kind : dice.pick(['delay', 'cut', 'reset'] as const);
      tally.fault(kind === 'corrupt' ? kind : `${kind}-${mode}`);
      await crew.trouble(async () => {
        victim.proxy.misbehave(mode);
        await sleep(dice.int(300, 3_000));
        victim.proxy.misbehave('pass');
      });
      return;
    }
    case 'hook':
      return;
  }
}
