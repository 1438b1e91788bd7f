import type { Place } from './mollweide.ts';

const MOST_ZOOM = 200;

/** Which part of the map is looked at, and how large. */
export class Camera {
  #zoom = 1;
  #middle: Place = { x: 0, y: 0 };
  #width = 1;
  #height = 1;

  /** How large the screen is. */
  resize(width: number, height: number): void {
    [this.#width, this.#height] = [width, height];
  }

  get zoom(): number {
    return this.#zoom;
  }

  /** Pixels a unit of the map. */
  get scale(): number {
    return Math.min(this.#width / 4.1, this.#height / 2.1) * this.#zoom;
  }

  toScreen({ x, y }: Place): Place {
    return {
      x: this.#width / 2 + (x - this.#middle.x) * this.scale,
      y: this.#height / 2 - (y - this.#middle.y) * this.scale,
    };
  }

  toMap({ x, y }: Place): Place {
    return {
      x: this.#middle.x + (x - this.#width / 2) / this.scale,
      y: this.#middle.y - (y - this.#height / 2) / this.scale,
    };
  }

  /** Moves what is seen by so many pixels. */
  move(right: number, down: number): void {
    const { x, y } = this.#middle;
    this.#look({ x: x - right / this.scale, y: y + down / this.scale });
  }

  /** Makes it larger or smaller; what is at a place of the screen stays there. */
  zoomAt(factor: number, at: Place = { x: this.#width / 2, y: this.#height / 2 }): void {
    const before = this.toMap(at);
    this.#zoom = Math.min(MOST_ZOOM, Math.max(1, this.#zoom * factor));
    const after = this.toMap(at);
    this.#look({ x: this.#middle.x + before.x - after.x, y: this.#middle.y + before.y - after.y });
  }

  reset(): void {
    this.#zoom = 1;
    this.#middle = { x: 0, y: 0 };
  }

  #look({ x, y }: Place): void {
    const room = 1 - 1 / this.#zoom;
    this.#middle = {
      x: Math.min(2 * room, Math.max(-2 * room, x)),
      y: Math.min(room, Math.max(-room, y)),
    };
  }
}
