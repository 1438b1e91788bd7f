import type { Camera } from './camera.ts';
import type { Place } from './mollweide.ts';

const STEP_PIXELS = 40;
const ZOOM_STEP = 1.6;
/** A finger that moved less has pressed, not pulled. */
const STILL_PIXELS = 5;

/** What the user does beside moving and zooming. */
export interface SkyEvents {
  /** Points there; null: nowhere. */
  readonly point: (place: Place | null) => void;
  /** Wants to see what is there. @param within so many pixels. */
  readonly open: (place: Place, within?: number) => void;
}

/** Mouse, fingers and keys on the sky. */
export function listenToSky(canvas: HTMLCanvasElement, camera: Camera, events: SkyEvents): void {
  const down = new Map<number, Place>();
  let moved = 0;
  const release = ({ pointerId }: PointerEvent): void => {
    down.delete(pointerId);
  };
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, placeOf(event));
    moved = 0;
  });
  canvas.addEventListener('pointermove', (event) => {
    const place = placeOf(event);
    const before = down.get(event.pointerId);
    if (before === undefined) {
      events.point(place);
      return;
    }
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    moved += Math.hypot(place.x - before.x, place.y - before.y);
    if (other === undefined) camera.move(place.x - before.x, place.y - before.y);
    else camera.zoomAt(distance(place, other) / Math.max(1, distance(before, other)), other);
    down.set(event.pointerId, place);
    canvas.style.touchAction = camera.zoom > 1 ? 'none' : 'pan-y';
  });
  canvas.addEventListener('pointerup', (event) => {
    release(event);
    if (moved < STILL_PIXELS) events.open(placeOf(event));
  });
  canvas.addEventListener('pointercancel', release);
  canvas.addEventListener('pointerleave', () => {
    events.point(null);
  });
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      camera.zoomAt(Math.exp(-event.deltaY / 400), placeOf(event));
    },
    { passive: false },
  );
  canvas.addEventListener('keydown', (event) => {
    const act = keys(canvas, camera, events)[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
}

function keys(canvas: HTMLCanvasElement, camera: Camera, events: SkyEvents): Record<string, () => void> {
  const move = (right: number, down: number) => (): void => {
    camera.move(right * STEP_PIXELS, down * STEP_PIXELS);
  };
  const zoom = (factor: number) => (): void => {
    camera.zoomAt(factor);
  };
  return {
    ArrowLeft: move(1, 0),
    ArrowRight: move(-1, 0),
    ArrowUp: move(0, 1),
    ArrowDown: move(0, -1),
    '+': zoom(ZOOM_STEP),
    '=': zoom(ZOOM_STEP),
    '-': zoom(1 / ZOOM_STEP),
    '0': () => {
      camera.reset();
    },
    Enter: () => {
      events.open({ x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 }, Infinity);
    },
  };
}

function placeOf({ offsetX, offsetY }: MouseEvent): Place {
  return { x: offsetX, y: offsetY };
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
