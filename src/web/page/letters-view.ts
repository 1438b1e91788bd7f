import { bytesText } from '../../status/units.ts';
import { dateOf } from '../../timestamp.ts';
import type { DeadLetter, DeadLetters } from '../messages.ts';
import { ask, type Dialog } from './dialog.ts';
import { element } from './dom.ts';
import { hexDump } from './hex.ts';

/** The dead letters, asked for anew each time that this is shown. */
export class LettersView {
  readonly #panel: HTMLElement;
  readonly #dialog: Dialog;

  constructor(panel: HTMLElement, dialog: Dialog) {
    this.#panel = panel;
    this.#dialog = dialog;
  }

  async show(): Promise<void> {
    try {
      const { letters, total } = (await (await ask('/letters')).json()) as DeadLetters;
      this.#panel.replaceChildren(
        ...(letters.length < total ? [element('p', {}, `The newest ${letters.length} of ${total}.`)] : []),
        letters.length === 0
          ? element('p', {}, 'There are no dead letters in the output folder.')
          : this.#table(letters),
      );
    } catch (error) {
      this.#panel.replaceChildren(element('p', { role: 'alert' }, String(error)));
    }
  }

  #table(letters: readonly DeadLetter[]): HTMLElement {
    const heads = ['Message', 'Time', 'Size', 'Error'].map((name) => element('th', { scope: 'col' }, name));
    const rows = letters.map((letter) => {
      const { topic, partition, offset, timestampMs, bytes, code, text } = letter;
      const open = element('button', { type: 'button' }, `${topic}/${partition} offset ${offset}`);
      open.addEventListener('click', () => {
        this.#open(letter);
      });
      const time = dateOf(timestampMs)?.toISOString().slice(0, 19).replace('T', ' ') ?? '–';
      return element(
        'tr',
        {},
        element('td', {}, open),
        element('td', {}, time),
        element('td', {}, bytesText(bytes)),
        element('td', {}, element('strong', {}, code), ' ', text),
      );
    });
    return element(
      'div',
      { class: 'scroll card' },
      element(
        'table',
        { class: 'letters' },
        element('thead', {}, element('tr', {}, ...heads)),
        element('tbody', {}, ...rows),
      ),
    );
  }

  #open({ name, topic, partition, offset, code, text, bytes }: DeadLetter): void {
    this.#dialog.show(`Dead letter ${topic}/${partition} offset ${offset}`, async () => {
      const begin = new Uint8Array(await (await ask('/letter', { name })).arrayBuffer());
      const rest =
        bytes > begin.length ? [element('p', {}, `The first ${begin.length} of ${bytes} bytes.`)] : [];
      return [
        element('p', {}, element('strong', {}, code), ' ', text),
        ...rest,
        element('pre', { class: 'hex', tabindex: '0', 'aria-label': 'Bytes' }, hexDump(begin)),
      ];
    });
  }
}
