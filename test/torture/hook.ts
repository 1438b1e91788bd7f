/** A hook that makes trouble at the messages that ask for it. */
import type { Mischief } from './source.ts';

const hoard: unknown[] = [];

export async function processAlert(alert: { mischief: Mischief | null }): Promise<void> {
  switch (alert.mischief) {
    case 'throw':
      throw new Error('the hook was asked to throw');
    case 'hang':
      return new Promise(() => undefined);
    case 'spin':
      while (hoard.length === 0);
      return;
    case 'memory':
      while (hoard.length >= 0) hoard.push(Array.from({ length: 100_000 }, () => ({})));
      return;
    case 'exit':
      return process.exit(3);
    case null:
      await Promise.resolve();
  }
}
