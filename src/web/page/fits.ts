/** An image of numbers. */
export interface FitsImage {
  readonly width: number;
  readonly height: number;
  /** Row by row, the lowest first; NaN where there is none. */
  readonly pixels: Float64Array;
}

const BLOCK_BYTES = 2880;
const CARD_BYTES = 80;
const MOST_SIDE = 4096;

const readers: Readonly<Record<number, (view: DataView, at: number) => number>> = {
  8: (view, at) => view.getUint8(at),
  16: (view, at) => view.getInt16(at),
  32: (view, at) => view.getInt32(at),
  64: (view, at) => Number(view.getBigInt64(at)),
  [-32]: (view, at) => view.getFloat32(at),
  [-64]: (view, at) => view.getFloat64(at),
};

/** The first image of two dimensions in a FITS file (FITS standard 4.0). @throws Error where there is none. */
export function readFits(bytes: Uint8Array): FitsImage {
  let at = 0;
  while (at < bytes.length) {
    const { cards, end } = readHeader(bytes, at);
    const bits = cards.get('BITPIX') ?? 0;
    const sides = Array.from(
      { length: cards.get('NAXIS') ?? 0 },
      (_, axis) => cards.get(`NAXIS${axis + 1}`) ?? 0,
    );
    const length =
      sides.length === 0 ? 0 : sides.reduce((product, side) => product * side, Math.abs(bits) / 8);
    const [width = 0, height = 0] = sides;
    if (sides.length === 2 && width > 0 && height > 0) return readImage(bytes, end, cards, width, height);
    const next = end + Math.ceil((length + (cards.get('PCOUNT') ?? 0)) / BLOCK_BYTES) * BLOCK_BYTES;
    if (!(next > at)) break;
    at = next;
  }
  throw new Error('The stamp is no image.');
}

function readHeader(bytes: Uint8Array, start: number): { cards: Map<string, number>; end: number } {
  const cards = new Map<string, number>();
  for (let at = start; at + CARD_BYTES <= bytes.length; at += CARD_BYTES) {
    const card = String.fromCharCode(...bytes.subarray(at, at + CARD_BYTES));
    const key = card.slice(0, 8).trimEnd();
    if (at === start && key !== 'SIMPLE' && key !== 'XTENSION') break;
    if (key === 'END')
      return { cards, end: start + Math.ceil((at + CARD_BYTES - start) / BLOCK_BYTES) * BLOCK_BYTES };
    const value = card[8] === '=' ? Number(card.slice(10).split('/', 1)[0]) : Number.NaN;
    if (!Number.isNaN(value)) cards.set(key, value);
  }
  throw new Error('The stamp is no FITS file.');
}

function readImage(
  bytes: Uint8Array,
  start: number,
  cards: ReadonlyMap<string, number>,
  width: number,
  height: number,
): FitsImage {
  const bits = cards.get('BITPIX') ?? 0;
  const read = readers[bits];
  const size = Math.abs(bits) / 8;
  if (read === undefined || width > MOST_SIDE || height > MOST_SIDE)
    throw new Error(`A stamp of ${width} × ${height} pixels of ${bits} bits cannot be drawn.`);
  if (start + width * height * size > bytes.length) throw new Error('The stamp is cut off.');
  const [zero, factor] = [cards.get('BZERO') ?? 0, cards.get('BSCALE') ?? 1];
  const blank = cards.get('BLANK');
  const view = new DataView(bytes.buffer, bytes.byteOffset + start);
  const pixels = Float64Array.from({ length: width * height }, (_, index) => {
    const value = read(view, index * size);
    return bits > 0 && value === blank ? Number.NaN : zero + factor * value;
  });
  return { width, height, pixels };
}
