import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dice } from './dice.ts';
import type { Bug, KillWindow } from './inside/plan.ts';
import { Member } from './member.ts';
import type { Tally } from './tally.ts';

/** How often a window is passed before the kill comes: from once up to so many times. */
const MOST_VISITS: Readonly<Record<KillWindow, number>> = {
  'after-write': 120,
  'after-publish': 120,
  'after-sync': 8,
  'before-commit': 1,
  'inside-revoke': 1,
  'inside-journal': 8,
  'inside-finish': 6,
  'after-finish': 6,
};

/** Segments are written and published far less often than files of one alert. */
const MOST_VISITS_OF_SEGMENTS = 8;

/** How long after a broken broker or network clients may still fail to end in peace. */
const AFTERMATH_MS = 2_000;

/** What the crew needs. */
export interface CrewOptions {
  readonly args: readonly string[];
  readonly size: number;
  readonly dice: Dice;
  readonly tally: Tally;
  /** Where clients are killed; empty: nowhere. */
  readonly windows: readonly KillWindow[];
  readonly bug: Bug | null;
  /** What they write is one file an alert, not segments. */
  readonly filePerAlert: boolean;
  /** Hooks hang: a client may fail to end in peace. */
  readonly slow: boolean;
  readonly killsFile: string;
  readonly logFile: string;
}

/** The members of the group. Who ends is replaced, until {@link dismiss}. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #members = new Set<Member>();
  readonly #posts: Promise<void>[] = [];
  #dismissed = false;
  #killsSeen = 0;
  /** Something outside is broken: a client may fail to end in peace. */
  #troubled: boolean;

  constructor(options: CrewOptions) {
    this.#options = options;
    this.#troubled = options.slow;
    for (let i = 0; i < options.size; i++) this.#posts.push(this.#man());
  }

  /** Clients may fail to end in peace while this goes on and shortly after. */
  async trouble(action: () => Promise<void>): Promise<void> {
    this.#troubled = true;
    await action();
    await sleep(AFTERMATH_MS);
    this.#troubled = this.#options.slow;
  }

  /** A member that runs, by the dice. */
  anyone(): Member | null {
    const running = [...this.#members].filter((member) => member.running);
    return running.length === 0 ? null : this.#options.dice.pick(running);
  }

  /** One more member, for a while. */
  async guest(ms: number): Promise<void> {
    const guest = this.#enlist(false);
    await Promise.race([sleep(ms), guest.ended]);
    guest.send('SIGTERM');
    await this.#outlive(guest);
  }

  /** All are asked to stop, or ended at once, and none is replaced any more. */
  async dismiss(atOnce: boolean): Promise<void> {
    this.#dismissed = true;
    for (const member of this.#members) member.send(atOnce ? 'SIGKILL' : 'SIGTERM');
    await Promise.all(this.#posts);
  }

  async #man(): Promise<void> {
    while (!this.#dismissed) {
      await this.#outlive(this.#enlist(this.#options.windows.length > 0));
      await sleep(this.#options.dice.int(0, 300));
    }
  }

  #enlist(mayDie: boolean): Member {
    const { args, dice, bug, filePerAlert, killsFile, logFile } = this.#options;
    const window = mayDie ? this.#rarestWindow() : null;
    const mostVisits = (of: KillWindow): number =>
      filePerAlert ? MOST_VISITS[of] : Math.min(MOST_VISITS[of], MOST_VISITS_OF_SEGMENTS);
    const kill = window === null ? null : { window, nth: dice.int(1, mostVisits(window)), killsFile };
    const member = new Member(args, { kill, bug, traceFile: null }, logFile);
    this.#members.add(member);
    return member;
  }

  async #outlive(member: Member): Promise<void> {
    const { code, signal } = await member.ended;
    this.#members.delete(member);
    const { tally, killsFile } = this.#options;
    if (signal === 'SIGKILL') {
      const windows = existsSync(killsFile) ? readFileSync(killsFile, 'utf8').split('\n').slice(0, -1) : [];
      for (const window of windows.slice(this.#killsSeen)) tally.kill(window);
      if (windows.length === this.#killsSeen) tally.kill('any moment');
      this.#killsSeen = windows.length;
      return;
    }
    const explained =
      (member.signals.length > 0 && code === 0) ||
      (member.signals.length > 1 && (code === 143 || code === 130)) ||
      // It had not yet begun to listen for signals, and had not done anything either.
      (signal !== null && member.tail === '' && member.signals.includes(signal)) ||
      (this.#troubled && code === 1 && member.tail.includes('--shutdown-timeout'));
    if (!explained)
      tally.surprises.push(`a client ended with ${signal ?? code ?? '?'}: ${lastLines(member.tail)}`);
  }

  /** Each window gets its share: one of the two that were used least. */
  #rarestWindow(): KillWindow {
    const { dice, tally, windows } = this.#options;
    const byUse = [...windows].sort((a, b) => (tally.kills.get(a) ?? 0) - (tally.kills.get(b) ?? 0));
    return dice.pick(byUse.slice(0, 2));
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join(' | ');
}
