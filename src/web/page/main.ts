import type { Glimpse } from '../../glimpse.ts';
import type { Hello, Pulse, Totals } from '../messages.ts';
import { showAlert } from './alert-view.ts';
import { Dialog } from './dialog.ts';
import { byId } from './dom.ts';
import { showHello, showState, showTotals } from './head.ts';
import { LettersView } from './letters-view.ts';
import { Silence } from './silence.ts';
import { SkyView } from './sky-view.ts';
import { StreamView } from './stream-view.ts';
import { joinTabs } from './tabs.ts';

// The token has become a cookie; it is not to be seen over a shoulder or in the history.
history.replaceState(null, '', '/');

const dialog = new Dialog();
const stream = new StreamView(byId('stream'));
const letters = new LettersView(byId('letters'), dialog);
const sky = new SkyView(byId('sky'), (glimpse) => {
  showAlert(dialog, glimpse);
});
joinTabs((id) => {
  if (id === 'stream') stream.draw();
  if (id === 'letters') void letters.show();
});

const events = new EventSource('/events');
const silence = new Silence(() => {
  showState('The client says nothing any more: it stands still, or cannot be reached.', false);
});
const on = (name: string, take: (data: unknown) => void): void => {
  events.addEventListener(name, ({ data }: MessageEvent<string>) => {
    take(JSON.parse(data));
  });
};
on('hello', (data) => {
  const hello = data as Hello;
  showHello(hello);
  stream.begin(hello.pulses);
});
on('totals', (data) => {
  silence.broken();
  showTotals(data as Totals);
});
on('pulse', (data) => {
  stream.add(data as Pulse);
});
on('glimpses', (data) => {
  sky.add(data as Glimpse[]);
});
events.addEventListener('error', () => {
  silence.end();
  // Closed for good it is by an answer; without one the browser tries again.
  const isRefused = events.readyState === EventSource.CLOSED;
  showState(
    isRefused
      ? 'The client shows this page no more: it was started anew and says another address, or too many pages are open.'
      : 'The client does not answer: it has ended, or cannot be reached.',
    false,
  );
});
