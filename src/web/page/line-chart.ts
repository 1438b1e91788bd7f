import { scale, ticks } from './axis.ts';
import { colour, element, prepareCanvas } from './dom.ts';

/** What a chart shows. */
export interface LineChartOptions {
  readonly title: string;
  /** One a line; their colours are those of the style sheet. */
  readonly lines: readonly { readonly name: string; readonly colour: string }[];
  /** A value as text, with its unit. */
  readonly text: (value: number) => string;
  /** The axis reaches at least so far. */
  readonly least: number;
}

/** Values of one moment, one a line; null: none. */
export interface Moment {
  readonly timeMs: number;
  readonly values: readonly (number | null)[];
}

const LEFT = 76;
const BOTTOM = 18;
const TOP = 6;
const MINUTE_MS = 60_000;

/** Values over the last minutes, the newest at the right. */
export class LineChart {
  readonly node: HTMLElement;
  readonly #options: LineChartOptions;
  readonly #canvas = element('canvas', { role: 'img' });
  readonly #values = element('p');
  #pointedX: number | null = null;
  #moments: readonly Moment[] = [];
  #spanMs = 0;

  constructor(options: LineChartOptions) {
    this.#options = options;
    this.node = element('div', { class: 'card chart' }, element('h2', {}, options.title));
    this.node.append(this.#canvas, this.#values);
    this.#canvas.addEventListener('pointermove', ({ offsetX }) => {
      this.#pointedX = offsetX;
      this.#draw();
    });
    this.#canvas.addEventListener('pointerleave', () => {
      this.#pointedX = null;
      this.#draw();
    });
  }

  /** Shows these moments, in order, of which the last is now. */
  show(moments: readonly Moment[], spanMs: number): void {
    this.#moments = moments;
    this.#spanMs = spanMs;
    this.#draw();
  }

  #draw(): void {
    if (this.#canvas.clientWidth === 0) return;
    const { context, width, height } = prepareCanvas(this.#canvas);
    const { text, lines, least } = this.#options;
    const moments = this.#moments;
    const nowMs = moments.at(-1)?.timeMs ?? 0;
    const most = Math.max(least, ...moments.flatMap(({ values }) => values.map((value) => value ?? 0)));
    const x = scale(nowMs - this.#spanMs, nowMs, LEFT, width - 4);
    const y = scale(0, most * 1.05, height - BOTTOM, TOP);
    context.font = '11px system-ui, sans-serif';
    context.fillStyle = colour('faint');
    context.strokeStyle = colour('line');
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    for (const value of ticks(0, most, 3)) {
      context.fillText(text(value), LEFT - 6, y.at(value));
      line(context, LEFT, y.at(value), width - 4, y.at(value));
    }
    context.textAlign = 'center';
    for (let minutes = 0; minutes * MINUTE_MS <= this.#spanMs; minutes++)
      context.fillText(
        minutes === 0 ? 'now' : `−${minutes} min`,
        Math.min(width - 14, x.at(nowMs - minutes * MINUTE_MS)),
        height - 7,
      );
    lines.forEach(({ colour: name }, index) => {
      context.strokeStyle = colour(name);
      context.lineWidth = 1.5;
      context.lineCap = 'round';
      context.beginPath();
      let isDown = false;
      for (const { timeMs, values } of moments) {
        const value = values[index] ?? null;
        if (value === null) isDown = false;
        else if (isDown) context.lineTo(x.at(timeMs), y.at(value));
        else {
          // With a round end a value that stands alone is a dot.
          context.moveTo(x.at(timeMs), y.at(value));
          context.lineTo(x.at(timeMs), y.at(value));
          isDown = true;
        }
      }
      context.stroke();
    });
    this.#say(this.#pointed(nowMs, width), nowMs);
  }

  #pointed(nowMs: number, width: number): Moment | undefined {
    const pointedX = this.#pointedX;
    if (pointedX === null) return this.#moments.at(-1);
    const timeMs = nowMs - this.#spanMs * (1 - (pointedX - LEFT) / (width - 4 - LEFT));
    return this.#moments.findLast((moment) => moment.timeMs <= timeMs) ?? this.#moments[0];
  }

  /** The values as text, which the canvas cannot be read for. */
  #say(moment: Moment | undefined, nowMs: number): void {
    const { title, lines, text } = this.#options;
    const values = lines.map(({ name }, index) => {
      const value = moment?.values[index] ?? null;
      return `${name} ${value === null ? '–' : text(value)}`.trim();
    });
    const ago = Math.round((nowMs - (moment?.timeMs ?? nowMs)) / 1000);
    const said = values.join(', ');
    this.#values.textContent = ago > 0 ? `${said} (${ago} s ago)` : said;
    this.#canvas.setAttribute('aria-label', `${title}: ${said}`);
  }
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
