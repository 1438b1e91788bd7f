/** A run of offsets: the first, and the one behind the last. */
export type Run = readonly [from: number, next: number];

/** In order, and each apart from the next. */
export function joinedRuns(runs: readonly Run[]): Run[] {
  const result: [number, number][] = [];
  for (const [from, next] of [...runs].sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], next);
    else result.push([from, next]);
  }
  return result;
}

/** What of a run none of these have, in order. */
export function runsWithout([from, next]: Run, others: readonly Run[]): Run[] {
  const left: Run[] = [];
  let begin = from;
  for (const [otherFrom, otherNext] of joinedRuns(others)) {
    if (otherFrom >= next) break;
    if (otherFrom > begin) left.push([begin, otherFrom]);
    begin = Math.max(begin, otherNext);
  }
  if (begin < next) left.push([begin, next]);
  return left;
}
