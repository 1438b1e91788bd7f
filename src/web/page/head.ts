import { countText } from '../../status/units.ts';
import type { Hello, Totals } from '../messages.ts';
import { byId, element } from './dom.ts';

/** What the run reads. */
export function showHello({ version, topics }: Hello): void {
  byId('topics').textContent = `${version}, reading ${topics.join(', ')}`;
}

/** What there is since the start. */
export function showTotals({
  savedAlerts,
  filteredAlerts,
  deadLetters,
  skippedMessages,
  waits,
}: Totals): void {
  const rows: [string, number][] = [
    ['Saved', savedAlerts],
    ['Filtered', filteredAlerts],
    ['Dead letters', deadLetters],
    ['Skipped', skippedMessages],
  ];
  byId('totals').replaceChildren(
    ...rows.map(([name, count]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, countText(count))),
    ),
  );
  showState(waits.length === 0 ? 'Running' : waits.join(' '), waits.length === 0);
}

/** Says how it is, where it has changed: a reader of the screen is told. */
export function showState(text: string, isGood: boolean): void {
  const state = byId('state');
  state.classList.toggle('bad', !isGood);
  if (state.textContent !== text) state.textContent = text;
}
