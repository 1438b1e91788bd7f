import { element } from './dom.ts';
import { ExactNumber } from './json.ts';

/** Longer texts are stamps and the like. */
const MOST_CHARACTERS = 200;

/** An alert's fields. What is below one is made when it is opened: there may be thousands. */
export function fieldTree(fields: unknown): HTMLElement {
  const tree = element('div', { class: 'fields' });
  fill(tree, fields);
  return tree;
}

function fill(parent: HTMLElement, value: unknown): void {
  for (const [name, each] of Object.entries(value ?? {})) parent.append(fieldOf(name, each));
}

function fieldOf(name: string, value: unknown): HTMLElement {
  if (typeof value !== 'object' || value === null || value instanceof ExactNumber)
    return element('div', {}, element('span', { class: 'name' }, name), ' ', textOf(value));
  const count = Object.keys(value).length;
  const what = Array.isArray(value) ? `[${count}]` : `{${count}}`;
  const details = element(
    'details',
    {},
    element('summary', {}, element('span', { class: 'name' }, name), ' ', what),
  );
  details.addEventListener(
    'toggle',
    () => {
      fill(details, value);
    },
    { once: true },
  );
  return details;
}

function textOf(value: unknown): string {
  if (value instanceof ExactNumber) return value.digits;
  const text = JSON.stringify(value);
  return text.length <= MOST_CHARACTERS
    ? text
    : `${text.slice(0, MOST_CHARACTERS)}… (${text.length} characters)`;
}
