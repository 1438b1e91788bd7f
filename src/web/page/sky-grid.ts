import type { Camera } from './camera.ts';
import { colour } from './dom.ts';
import { equatorial } from './galactic.ts';
import { offMiddle, project } from './mollweide.ts';

/** Degrees of right ascension in the middle of the map. */
export const MIDDLE = 180;

/** Draws the rim of the sky, its grid with right ascensions and declinations, and the plane of the galaxy. */
export function drawGrid(context: CanvasRenderingContext2D, camera: Camera): void {
  const centre = camera.toScreen({ x: 0, y: 0 });
  context.beginPath();
  context.ellipse(centre.x, centre.y, 2 * camera.scale, camera.scale, 0, 0, 2 * Math.PI);
  context.fillStyle = colour('sky');
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colour('grid');
  context.stroke();
  const step = camera.zoom > 12 ? 5 : camera.zoom > 4 ? 10 : 30;
  for (let ra = 0; ra < 360; ra += step) drawLine(context, camera, -90, 90, (dec) => ({ ra, dec }));
  for (let dec = -90 + step; dec < 90; dec += step)
    drawLine(context, camera, MIDDLE - 179.999, MIDDLE + 179.999, (ra) => ({ ra, dec }));
  context.strokeStyle = colour('galaxy');
  context.lineWidth = 2;
  drawLine(context, camera, 0, 360, (longitude) => equatorial(longitude, 0));
  drawNames(context, camera, step);
}

function drawLine(
  context: CanvasRenderingContext2D,
  camera: Camera,
  from: number,
  to: number,
  placeAt: (at: number) => { ra: number; dec: number },
): void {
  context.beginPath();
  let before: number | null = null;
  for (let index = 0; index <= 180; index++) {
    const { ra, dec } = placeAt(from + ((to - from) * index) / 180);
    const off = offMiddle(ra, MIDDLE);
    const { x, y } = camera.toScreen(project(ra, dec, MIDDLE));
    // Over the rim it goes on at the other side.
    if (before === null || Math.abs(off - before) > 180) context.moveTo(x, y);
    else context.lineTo(x, y);
    before = off;
  }
  context.stroke();
}

function drawNames(context: CanvasRenderingContext2D, camera: Camera, step: number): void {
  context.font = '11px system-ui, sans-serif';
  context.fillStyle = colour('faint');
  context.textBaseline = 'bottom';
  context.textAlign = 'left';
  for (let ra = 0; ra < 360; ra += 2 * step) {
    const { x, y } = camera.toScreen(project(ra === 0 ? 359.9 : ra, 0, MIDDLE));
    context.fillText(`${ra}°`, x + 3, y - 2);
  }
  for (let dec = -60; dec <= 60; dec += 30) {
    if (dec === 0) continue;
    const { x, y } = camera.toScreen(project(MIDDLE, dec, MIDDLE));
    context.fillText(`${dec > 0 ? '+' : '−'}${Math.abs(dec)}°`, x + 3, y - 2);
  }
}
