/** What can be wrong, after Jepsen's Kafka tests. */
export const findingKinds = [
  /** An offset was committed, and what it held is nowhere. */
  'lost-write',
  /** An offset is there twice. */
  'duplicate',
  /** The client passed over an offset: it is neither saved nor committed, though the end was reached. */
  'poll-skip',
  /** Offsets went back: committed ones, those of a segment, or those of the file of a name. */
  'nonmonotonic-poll',
  /** A file is not whole, or not what its source was. */
  'torn-file',
] as const;

export type FindingKind = (typeof findingKinds)[number];

/** One thing that is wrong. */
export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
}

/** How often each kind was found. */
export function countKinds(findings: readonly Finding[]): Record<FindingKind, number> {
  const counts = Object.fromEntries(findingKinds.map((kind) => [kind, 0])) as Record<FindingKind, number>;
  for (const { kind } of findings) counts[kind] += 1;
  return counts;
}
