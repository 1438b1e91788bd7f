import type { Glimpse } from '../../glimpse.ts';
import { Camera } from './camera.ts';
import { element, prepareCanvas } from './dom.ts';
import { type Place, unproject } from './mollweide.ts';
import { byMagnitude, bySurvey, type Palette } from './palette.ts';
import { listenToSky } from './sky-controls.ts';
import { SkyDots } from './sky-dots.ts';
import { drawGrid, MIDDLE } from './sky-grid.ts';
import { describeGlimpse, placeText } from './texts.ts';

const FRAME_MS = 100;
const LATEST = 12;
const LATEST_MS = 1_000;

/** The sky: alerts as they come. */
export class SkyView {
  readonly #canvas = element('canvas', {
    tabindex: '0',
    role: 'application',
    'aria-label':
      'Map of the sky. Arrows move it, plus and minus zoom, 0 shows all, Enter opens the alert nearest to the middle. The latest alerts are listed below.',
  });
  readonly #camera = new Camera();
  readonly #dots: SkyDots;
  readonly #tip = element('div', { class: 'tip', hidden: '' });
  readonly #legend = element('ul', { class: 'legend', 'aria-label': 'Colours' });
  readonly #latest = element('ul', { class: 'latest' });
  readonly #onOpen: (glimpse: Glimpse) => void;
  #palette: Palette = bySurvey();
  #seen: readonly Glimpse[] = [];
  #drawnMs = 0;
  #listedMs = 0;

  /** @param onOpen is told which alert the user wants to see. */
  constructor(panel: HTMLElement, onOpen: (glimpse: Glimpse) => void) {
    this.#onOpen = onOpen;
    this.#dots = new SkyDots(this.#palette);
    const zoom = (text: string, name: string, act: () => void): HTMLElement => {
      const button = element('button', { type: 'button', 'aria-label': name }, text);
      button.addEventListener('click', act);
      return button;
    };
    const bar = element(
      'div',
      { class: 'bar' },
      this.#colourChoice(),
      zoom('+', 'Larger', () => {
        this.#camera.zoomAt(1.6);
      }),
      zoom('−', 'Smaller', () => {
        this.#camera.zoomAt(1 / 1.6);
      }),
      zoom('⟲', 'Whole sky', () => {
        this.#camera.reset();
      }),
      this.#legend,
    );
    const latest = element('div', { class: 'card' }, element('h2', {}, 'Latest alerts'), this.#latest);
    panel.append(bar, element('div', { class: 'sky card' }, this.#canvas, this.#tip), latest);
    listenToSky(this.#canvas, this.#camera, {
      point: (place) => {
        this.#point(place);
      },
      open: (place, within) => {
        const glimpse = this.#dots.nearest(place, this.#camera, within);
        if (glimpse !== null) onOpen(glimpse);
      },
    });
    this.#frame();
  }

  /** New alerts. */
  add(glimpses: readonly Glimpse[]): void {
    this.#dots.add(glimpses, performance.now());
    this.#seen = [...this.#seen, ...glimpses].slice(-LATEST);
  }

  #colourChoice(): HTMLElement {
    const palettes = { survey: bySurvey, magnitude: byMagnitude } as const;
    const choice = element(
      'select',
      {},
      ...Object.keys(palettes).map((name) => element('option', { value: name }, name)),
    );
    choice.addEventListener('change', () => {
      this.#palette = palettes[choice.value as keyof typeof palettes]();
      this.#dots.paint(this.#palette);
    });
    return element('label', {}, 'Colour by ', choice);
  }

  /** Drawn ten times a second, and not at all while it is not seen. */
  #frame(): void {
    requestAnimationFrame((nowMs) => {
      // First of all: an alert that cannot be drawn must not stand in the way of all others.
      this.#frame();
      if (nowMs - this.#drawnMs >= FRAME_MS && this.#canvas.clientWidth > 0) {
        this.#drawnMs = nowMs;
        this.#draw(nowMs);
      }
    });
  }

  #draw(nowMs: number): void {
    const { context, width, height } = prepareCanvas(this.#canvas);
    this.#camera.resize(width, height);
    drawGrid(context, this.#camera);
    this.#dots.draw(context, this.#camera, nowMs);
    this.#canvas.dataset['alerts'] = String(this.#dots.count);
    if (nowMs - this.#listedMs < LATEST_MS) return;
    this.#listedMs = nowMs;
    this.#list();
  }

  #list(): void {
    this.#legend.replaceChildren(
      ...this.#palette
        .legend()
        .map(({ colour, text }) => element('li', {}, element('span', { class: `dot ${colour}` }), text)),
    );
    // What somebody is about to press must not go away under the finger, nor where the focus goes back to when a dialog closes.
    if (this.#latest.matches(':hover, :focus-within')) return;
    if (document.querySelector('dialog[open]') !== null) return;
    this.#latest.replaceChildren(
      ...this.#seen.toReversed().map((glimpse) => {
        const button = element('button', { type: 'button' }, describeGlimpse(glimpse));
        button.addEventListener('click', () => {
          this.#onOpen(glimpse);
        });
        return element('li', {}, button);
      }),
    );
  }

  #point(place: Place | null): void {
    const glimpse = place === null ? null : this.#dots.nearest(place, this.#camera);
    const at = place === null ? null : unproject(this.#camera.toMap(place), MIDDLE);
    this.#tip.hidden = place === null || at === null;
    if (place === null || at === null) return;
    this.#canvas.style.cursor = glimpse === null ? 'grab' : 'pointer';
    this.#tip.textContent = glimpse === null ? placeText(at) : describeGlimpse(glimpse);
    const isRight = place.x > this.#canvas.clientWidth / 2;
    this.#tip.style.left = isRight ? '' : `${place.x + 14}px`;
    this.#tip.style.right = isRight ? `${this.#canvas.clientWidth - place.x + 14}px` : '';
    this.#tip.style.top = `${place.y + 10}px`;
  }
}
