import type { Message } from '../message.ts';
import { cutJoined } from '../name/escape.ts';
import { topicFolder } from '../name/topic-folder.ts';

/** Of segments: in the folder of a partition. */
export const STAMPS_FOLDER = 'stamps';

/** So many offsets have their stamps in one folder: a folder of millions is slow. */
const OFFSETS_A_FOLDER = 1_000;
/** As segments are named. */
const OFFSET_DIGITS = 20;

/** A stamp as a file of its own. */
export interface Stamp {
  readonly field: string;
  /** Below the output folder. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The stamps of one alert, taken out of it. */
export class StampFiles {
  readonly files: Stamp[] = [];
  readonly #counts = new Map<string, number>();
  readonly #folder: string;
  readonly #base: string;
  readonly #namesFolder: boolean;

  /** @param namesFolder whether the alert says the path below the output folder, or the name alone. */
  private constructor(folder: string, base: string, namesFolder: boolean) {
    this.#folder = folder;
    this.#base = base;
    this.#namesFolder = namesFolder;
  }

  /** In the folder of the alert's file, and named after it: whatever names the alert names them. @param path of the alert's file. */
  static beside(path: string): StampFiles {
    const name = path.lastIndexOf('/') + 1;
    return new StampFiles(path.slice(0, name), path.slice(name).replace(/\.json$/, ''), false);
  }

  /** Named by where the alert stands in its topic: a message that comes again has the same files, whoever saves it. */
  static byOffset(
    { topic, partition, offset }: Message,
    topicPrefix: string,
    { record, records }: { readonly record: number; readonly records: number },
  ): StampFiles {
    const own = topicFolder(topic, topicPrefix);
    const thousand = digits(offset - (offset % OFFSETS_A_FOLDER));
    const base = records > 1 ? `${digits(offset)}-${record}` : digits(offset);
    return new StampFiles(`${own}/${partition}/${STAMPS_FOLDER}/${thousand}/`, base, true);
  }

  /** @returns what the alert says in its place. */
  take(field: string, bytes: Uint8Array): string {
    const count = (this.#counts.get(field) ?? 0) + 1;
    this.#counts.set(field, count);
    // A field may hold several: a list, or a record with a mask beside the image.
    const number = count === 1 ? '' : `.${count}`;
    const name = cutJoined(this.#base, `.${field}${number}${extensionOf(bytes)}`);
    const path = this.#folder + name;
    this.files.push({ field, path, bytes: Uint8Array.from(bytes) });
    return this.#namesFolder ? path : name;
  }
}

function digits(offset: number): string {
  return String(offset).padStart(OFFSET_DIGITS, '0');
}

/** ZTF sends FITS in gzip, LSST as it is. */
function extensionOf(bytes: Uint8Array): string {
  return bytes[0] === 0x1f && bytes[1] === 0x8b ? '.fits.gz' : '.fits';
}
