/** What makes a folder not clean: alerts that are gone, that stand twice, or of which a part is wrong. */
export const faultKinds = ['lost', 'doubled', 'torn'] as const;
export type FaultKind = (typeof faultKinds)[number];

const EXAMPLES = 5;

/** How often something was found, and the first few of it. */
export interface Found {
  /** Offsets and files. */
  count: number;
  /** Sentences that tell of them. */
  sentences: number;
  readonly examples: string[];
}

/** What verify has found so far. It keeps the first few of each kind, so a broken folder of a million files is no trouble. */
export class Findings {
  readonly faults: Readonly<Record<FaultKind, Found>> = {
    lost: { count: 0, sentences: 0, examples: [] },
    doubled: { count: 0, sentences: 0, examples: [] },
    torn: { count: 0, sentences: 0, examples: [] },
  };
  /** What is worth knowing and no fault, by its heading. */
  readonly notes = new Map<string, Found>();

  /** @param count offsets or files that the sentence tells of. */
  fault(kind: FaultKind, sentence: string, count = 1): void {
    add(this.faults[kind], sentence, count);
  }

  note(heading: string, sentence: string, count = 1): void {
    let found = this.notes.get(heading);
    if (found === undefined) this.notes.set(heading, (found = { count: 0, sentences: 0, examples: [] }));
    add(found, sentence, count);
  }

  get clean(): boolean {
    return faultKinds.every((kind) => this.faults[kind].count === 0);
  }
}

function add(found: Found, sentence: string, count: number): void {
  found.count += count;
  found.sentences += 1;
  if (found.examples.length < EXAMPLES) found.examples.push(sentence);
}
