import { element } from './dom.ts';
import { type FitsImage, readFits } from './fits.ts';
import { membersOf } from './json.ts';
import { shades, type Stretch } from './stretch.ts';

const KINDS = ['Science', 'Template', 'Difference'] as const;
/** Unpacked; what is larger was made to be. */
const MOST_BYTES = 64_000_000;

/** The three images of an alert, drawn when they are decoded; null: it has none. */
export function stampsOf(alert: unknown): HTMLElement | null {
  const fields = membersOf(alert);
  const stamps = KINDS.map((kind) => {
    const stamp = fields[`cutout${kind}`];
    // ZTF's are records, LSST's are bytes.
    const data = typeof stamp === 'string' ? stamp : membersOf(stamp)['stampData'];
    return typeof data === 'string' && data !== '' ? { kind, data } : null;
  }).filter((stamp) => stamp !== null);
  if (stamps.length === 0) return null;
  const choice = element(
    'select',
    {},
    ...['asinh', 'linear'].map((name) => element('option', { value: name }, name)),
  );
  const redraws = stamps.map(({ kind, data }) => stampView(kind, data, () => choice.value as Stretch));
  choice.addEventListener('change', () => {
    for (const { redraw } of redraws) redraw();
  });
  return element(
    'section',
    {},
    element('div', { class: 'bar' }, element('h3', {}, 'Stamps'), element('label', {}, 'Stretch ', choice)),
    element('div', { class: 'stamps' }, ...redraws.map(({ node }) => node)),
  );
}

function stampView(
  kind: string,
  data: string,
  stretch: () => Stretch,
): { readonly node: HTMLElement; readonly redraw: () => void } {
  const canvas = element('canvas', { role: 'img', 'aria-label': `${kind} image` });
  const caption = element('figcaption', {}, kind);
  let image: FitsImage | null = null;
  const redraw = (): void => {
    if (image !== null) drawImage(canvas, image, stretch());
  };
  decode(data)
    .then((decoded) => {
      image = decoded;
      canvas.dataset['drawn'] = `${decoded.width}x${decoded.height}`;
      redraw();
    })
    .catch((error: unknown) => {
      caption.textContent = `${kind}: ${error instanceof Error ? error.message : 'cannot be read'}`;
    });
  return { node: element('figure', {}, canvas, caption), redraw };
}

async function decode(base64: string): Promise<FitsImage> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return readFits(bytes[0] === 0x1f && bytes[1] === 0x8b ? await inflate(bytes) : bytes);
}

async function inflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    length += part.value.length;
    if (length > MOST_BYTES) throw new Error('The stamp is too large.');
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** FITS has its first row at the bottom. */
function drawImage(canvas: HTMLCanvasElement, { width, height, pixels }: FitsImage, stretch: Stretch): void {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  const picture = context?.createImageData(width, height);
  if (!context || !picture) return;
  const grey = shades(pixels, stretch);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const shade = grey[(height - 1 - row) * width + column] ?? 0;
      picture.data.set([shade, shade, shade, 255], 4 * (row * width + column));
    }
  }
  context.putImageData(picture, 0, 0);
}
