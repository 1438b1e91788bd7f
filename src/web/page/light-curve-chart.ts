import { scale, type Scale, ticks } from './axis.ts';
import { colour, element, prepareCanvas } from './dom.ts';
import type { CurvePoint } from './light-curve.ts';

const BANDS = 'ugrizy';
const LEFT = 40;
const BOTTOM = 32;
const EDGE = 8;
const RADIUS = 3.5;
/** At least so much is shown, for a single point. */
const LEAST_DAYS = 1;
const LEAST_MAGNITUDES = 0.5;

/** A light curve, the bright at the top. */
export function lightCurveChart(points: readonly CurvePoint[]): HTMLElement {
  const canvas = element('canvas', { role: 'img', 'aria-label': describe(points) });
  const bands = [...new Set(points.map(({ band }) => band))].sort(byColour);
  const legend = element(
    'ul',
    { class: 'legend' },
    ...bands.map((band) =>
      element('li', {}, element('span', { class: `dot ${bandColour(band)}` }), band === '' ? 'other' : band),
    ),
    element('li', {}, '● brighter ○ fainter than the reference, ▽ limit, small: forced'),
  );
  const draw = (): void => {
    if (canvas.clientWidth > 0) drawPoints(canvas, points);
  };
  new ResizeObserver(draw).observe(canvas);
  return element('div', { class: 'curve' }, canvas, legend);
}

/** From the blue to the red, others behind. */
function byColour(a: string, b: string): number {
  const place = (band: string): number =>
    BANDS.includes(band) && band !== '' ? BANDS.indexOf(band) : BANDS.length;
  return place(a) - place(b);
}

/** The name of a filter's colour in the style sheet. */
function bandColour(band: string): string {
  return /^[ugrizy]$/.test(band) ? `band-${band}` : 'faint';
}

/** What a picture says, in words. */
function describe(points: readonly CurvePoint[]): string {
  const seen = points.filter(({ kind }) => kind === 'detection');
  const magnitudes = seen.map(({ magnitude }) => magnitude);
  if (seen.length === 0) return `Light curve: no detection, ${points.length} limits`;
  const [brightest, faintest] = [Math.min(...magnitudes), Math.max(...magnitudes)];
  return `Light curve: ${seen.length} detections from ${brightest.toFixed(2)} to ${faintest.toFixed(2)} mag, ${points.length - seen.length} limits`;
}

function drawPoints(canvas: HTMLCanvasElement, points: readonly CurvePoint[]): void {
  const { context, width, height } = prepareCanvas(canvas);
  const last = Math.max(...points.map(({ mjd }) => mjd));
  const days = extent(
    points.map(({ mjd }) => mjd - last),
    LEAST_DAYS,
  );
  const magnitudes = extent(
    points.flatMap(({ magnitude, error }) => [magnitude - (error ?? 0), magnitude + (error ?? 0)]),
    LEAST_MAGNITUDES,
  );
  const x = scale(days[0], days[1], LEFT + EDGE, width - EDGE);
  // Magnitudes grow towards the faint, which is below.
  const y = scale(magnitudes[0], magnitudes[1], EDGE, height - BOTTOM - EDGE);
  drawAxes(context, x, y, width, height, last);
  for (const point of points) drawPoint(context, point, x.at(point.mjd - last), y);
}

function drawAxes(
  context: CanvasRenderingContext2D,
  x: Scale,
  y: Scale,
  width: number,
  height: number,
  last: number,
): void {
  context.font = '11px system-ui, sans-serif';
  context.fillStyle = colour('faint');
  context.strokeStyle = colour('line');
  context.lineWidth = 1;
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const value of ticks(y.from, y.to, 5)) {
    context.fillText(String(value), LEFT - 4, y.at(value));
    context.strokeRect(LEFT, y.at(value), width - LEFT, 0);
  }
  context.fillText('mag', LEFT - 4, height - BOTTOM + 8);
  context.textAlign = 'center';
  for (const value of ticks(x.from, x.to, width / 90))
    context.fillText(String(value), x.at(value), height - BOTTOM + 8);
  context.fillText(`days from MJD ${last.toFixed(4)}`, (LEFT + width) / 2, height - 8);
}

function drawPoint(context: CanvasRenderingContext2D, point: CurvePoint, x: number, y: Scale): void {
  const { band, magnitude, error, kind, isNegative, isForced } = point;
  const radius = isForced ? RADIUS * 0.6 : RADIUS;
  const centre = y.at(magnitude);
  context.fillStyle = context.strokeStyle = colour(bandColour(band));
  context.lineWidth = 1.5;
  context.beginPath();
  if (kind === 'limit') {
    context.moveTo(x - radius, centre - radius);
    context.lineTo(x + radius, centre - radius);
    context.lineTo(x, centre + radius);
    context.closePath();
    context.stroke();
    return;
  }
  if (error !== null) {
    context.moveTo(x, y.at(magnitude - error));
    context.lineTo(x, y.at(magnitude + error));
    context.stroke();
    context.beginPath();
  }
  context.arc(x, centre, radius, 0, 2 * Math.PI);
  if (isNegative) context.fillStyle = colour('card');
  context.fill();
  context.stroke();
}

function extent(values: readonly number[], least: number): [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const more = Math.max(0, least - (high - low)) / 2 + 0.04 * (high - low);
  return [low - more, high + more];
}
