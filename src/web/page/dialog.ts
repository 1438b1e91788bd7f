import { byId, element } from './dom.ts';

/** The one dialog of the page. Esc closes it, and the focus goes back to where it was: the browser does both. */
export class Dialog {
  readonly #dialog = byId('dialog') as HTMLDialogElement;
  readonly #title = element('h2', { id: 'dialog-title', tabindex: '-1' });
  readonly #content = element('div');
  /** Which of several that were asked for is the one to show. */
  #shown = 0;

  constructor() {
    const close = element('button', { type: 'button' }, 'Close');
    close.addEventListener('click', () => {
      this.#dialog.close();
    });
    this.#dialog.append(element('div', { class: 'bar' }, this.#title, close), this.#content);
    this.#dialog.addEventListener('close', () => {
      this.#shown += 1;
      this.#content.replaceChildren();
    });
  }

  /** Shows what comes, as soon as it is there. */
  show(title: string, load: () => Promise<readonly Node[]>): void {
    const shown = ++this.#shown;
    const put = (...nodes: readonly Node[]): void => {
      if (this.#shown === shown) this.#content.replaceChildren(...nodes);
    };
    this.#title.textContent = title;
    put(element('p', { role: 'status' }, 'Loading …'));
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#title.focus();
    load()
      .then((nodes) => {
        put(...nodes);
      })
      .catch((error: unknown) => {
        put(element('p', { role: 'alert' }, error instanceof Error ? error.message : String(error)));
      });
  }
}

/** Asks the client. @throws Error with its words where it says no. */
export async function ask(
  path: string,
  parameters: Readonly<Record<string, string | number>> = {},
): Promise<Response> {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  const response = await fetch(`${path}?${query.toString()}`);
  if (!response.ok) throw new Error(await response.text());
  return response;
}
