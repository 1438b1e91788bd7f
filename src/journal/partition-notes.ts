import type { KnownMessage } from '../broker/start-position.ts';
import { formatLine } from './line.ts';
import type { JournalBeginning, JournalOutcome } from './parse.ts';

/** What became of a run of offsets: lines of their alerts, or why there are none. */
type Note = { readonly from: number; readonly to: number } & (
  | { readonly lines: string }
  | { readonly outcome: JournalOutcome }
);

/** What the journal has still to be told of one partition, from the moment it is given to us until it is taken away. */
export class PartitionNotes {
  /** In offset order. */
  readonly #notes: Note[] = [];
  /** What became known of offsets only after their lines were written. */
  #late: (Note & { outcome: JournalOutcome })[] = [];
  /** Messages, the last of each piece that was noted: by one of them the topic is known again. */
  #came: KnownMessage[] = [];
  #next: number;
  #behind: JournalBeginning | null;

  /**
   * @param next where reading began.
   * @param behind how it came there.
   */
  constructor(next: number, behind: JournalBeginning) {
    this.#next = next;
    this.#behind = behind;
  }

  /** Nothing of ours stands at the file's end yet, or something half: its last line may lack its end. */
  get begins(): boolean {
    return this.#behind !== null;
  }

  /** The first offset that the journal was not told of. */
  get next(): number {
    return this.#next;
  }

  /** What is to be noted once more from an offset on. A beginning that stands nowhere yet is still to be told. */
  again(next: number): PartitionNotes {
    return new PartitionNotes(next, this.#behind ?? 'journal');
  }

  /** Alerts were saved of the message at an offset. @param lines of the journal, each with its end. */
  saved(offset: number, lines: string): void {
    this.#insert({ from: offset, to: offset, lines });
  }

  absent(offset: number, outcome: JournalOutcome): void {
    this.#insert({ from: offset, to: offset, outcome });
  }

  /** Offsets that were taken for missing had expired. */
  expired(from: number, to: number): void {
    this.#late.push({ from, to, outcome: 'expired' });
  }

  /** A message was read, and what became of it is noted. */
  came(message: KnownMessage): void {
    this.#came.push(message);
  }

  /**
   * The lines for all offsets below one. Offsets that nothing was noted of do not exist on the broker.
   *
   * @param upTo all below it is finished.
   */
  textBelow(upTo: number): string {
    if (upTo <= this.#next) return '';
    const text = this.#behind === null ? [] : [formatLine({ start: this.#next, behind: this.#behind })];
    let open: { from: number; to: number; outcome: JournalOutcome } | null = null;
    let next = this.#next;
    const close = (): void => {
      if (open !== null) text.push(formatLine(open));
      open = null;
    };
    const none = (from: number, to: number, outcome: JournalOutcome): void => {
      if (open?.outcome !== outcome) {
        close();
        open = { from, to, outcome };
      } else {
        open.to = to;
      }
    };
    for (const note of this.#notes) {
      if (note.from >= upTo) break;
      if (note.from > next) none(next, note.from - 1, 'missing');
      if ('lines' in note) {
        close();
        text.push(note.lines);
      } else {
        none(note.from, note.to, note.outcome);
      }
      next = note.to + 1;
    }
    if (next < upTo) none(next, upTo - 1, 'missing');
    close();
    for (const late of this.#late) if (late.to < upTo) text.push(formatLine(late));
    const last = this.#lastBelow(upTo);
    if (last !== null) {
      const { offset, ...rest } = last;
      text.push(formatLine({ last: offset, ...rest }));
    }
    return text.join('');
  }

  /** All below this offset stands in the journal. */
  written(upTo: number): void {
    if (upTo <= this.#next) return;
    const kept = this.#notes.findIndex(({ from }) => from >= upTo);
    this.#notes.splice(0, kept === -1 ? this.#notes.length : kept);
    this.#late = this.#late.filter(({ to }) => to >= upTo);
    this.#came = this.#came.filter(({ offset }) => offset >= upTo);
    this.#next = upTo;
    this.#behind = null;
  }

  /** A write failed: part of it may stand at the file's end. */
  failed(): void {
    this.#behind ??= 'journal';
  }

  #lastBelow(upTo: number): KnownMessage | null {
    let last: KnownMessage | null = null;
    for (const each of this.#came) if (each.offset < upTo && each.offset > (last?.offset ?? -1)) last = each;
    return last;
  }

  /** Batches mostly finish in offset order. */
  #insert(note: Note): void {
    let at = this.#notes.length;
    while (at > 0 && (this.#notes[at - 1] as Note).from > note.from) at -= 1;
    if (at === this.#notes.length) this.#notes.push(note);
    else this.#notes.splice(at, 0, note);
  }
}
