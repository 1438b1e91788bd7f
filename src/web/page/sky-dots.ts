import type { Glimpse } from '../../glimpse.ts';
import type { Camera } from './camera.ts';
import { colour } from './dom.ts';
import { type Place, project } from './mollweide.ts';
import type { Palette } from './palette.ts';
import { MIDDLE } from './sky-grid.ts';

const MOST_DOTS = 10_000;
const FADE_MS = 180_000;
const LEAST_ALPHA = 0.12;
const NEAR_PIXELS = 14;

interface Dot extends Place {
  readonly glimpse: Glimpse;
  readonly seenMs: number;
  colour: string;
}

/** The alerts on the sky. They fade, and of very many the oldest go. */
export class SkyDots {
  #dots: Dot[] = [];
  #palette: Palette;

  constructor(palette: Palette) {
    this.#palette = palette;
  }

  get count(): number {
    return this.#dots.length;
  }

  /** Colours all of them in another way. */
  paint(palette: Palette): void {
    this.#palette = palette;
    for (const dot of this.#dots) dot.colour = palette.colourOf(dot.glimpse);
  }

  add(glimpses: readonly Glimpse[], nowMs: number): void {
    for (const glimpse of glimpses)
      this.#dots.push({
        ...project(glimpse.ra, glimpse.dec, MIDDLE),
        glimpse,
        seenMs: nowMs,
        colour: this.#palette.colourOf(glimpse),
      });
    if (this.#dots.length > MOST_DOTS) this.#dots = this.#dots.slice(-MOST_DOTS);
  }

  draw(context: CanvasRenderingContext2D, camera: Camera, nowMs: number): void {
    const size = Math.min(7, 2.5 + Math.log2(camera.zoom));
    const fills = new Map<string, string>();
    for (const { x, y, seenMs, colour: name } of this.#dots) {
      const at = camera.toScreen({ x, y });
      let fill = fills.get(name);
      if (fill === undefined) fills.set(name, (fill = colour(name)));
      const age = nowMs - seenMs;
      context.globalAlpha = Math.max(LEAST_ALPHA, 1 - age / FADE_MS);
      context.fillStyle = fill;
      // A new one is larger for a moment.
      const side = age < 1_000 ? size * 2 : size;
      context.fillRect(at.x - side / 2, at.y - side / 2, side, side);
    }
    context.globalAlpha = 1;
  }

  /** The alert that is drawn nearest to a place of the screen, if it is near. */
  nearest(place: Place, camera: Camera, within = NEAR_PIXELS): Glimpse | null {
    let best: Dot | null = null;
    let bestDistance = within;
    for (const dot of this.#dots) {
      const { x, y } = camera.toScreen(dot);
      const distance = Math.hypot(x - place.x, y - place.y);
      // Of several in one place the newest.
      if (distance <= bestDistance) [best, bestDistance] = [dot, distance];
    }
    return best?.glimpse ?? null;
  }
}
