import type { StatusView, TopicView } from './view.ts';
import { bar, bytesText, countText, durationText, sparkline } from './units.ts';

/** A window and what may be used in it. */
export interface Paper {
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
}

const GAP = '  ';
const LEAST_TOPIC = 8;
const LEAST_COURSE = 8;
const MOST_COURSE = 60;
/** Lines of the window that are left to the log. */
const ROWS_FOR_LOG = 3;
/** Lines of the block that are no topics: header, sum, what is left out, state, progress. */
const ROWS_FOR_OTHERS = 6;

interface Column {
  readonly title: string;
  readonly cell: (topic: TopicView) => string;
}

/** From left to right. */
const columns = {
  rate: { title: 'alerts/s', cell: ({ rates }) => countText(rates.alerts) },
  bytes: { title: 'MB/s', cell: ({ rates }) => (rates.bytes / 1e6).toFixed(1) },
  saved: { title: 'saved', cell: ({ savedAlerts }) => countText(savedAlerts) },
  filtered: { title: 'filtered', cell: ({ filteredAlerts }) => countText(filteredAlerts) },
  bad: { title: 'dead', cell: ({ badMessages }) => countText(badMessages) },
  lag: { title: 'lag', cell: ({ lag }) => (lag === null ? '?' : countText(lag)) },
  catchUp: { title: 'caught up in', cell: catchUpText },
  committed: {
    title: 'committed',
    cell: ({ committed }) => (committed === null ? '–' : countText(committed)),
  },
} as const satisfies Record<string, Column>;

/** What a narrow window keeps longest comes first. */
const importance = ['rate', 'saved', 'lag', 'catchUp', 'bad', 'bytes', 'committed', 'filtered'] as const;

/** The status as lines that fit into a window. */
export function blockOf(view: StatusView, paper: Paper): string[] {
  const width = Math.max(1, paper.columns - 1);
  const lines = view.topics.length === 0 ? [] : table(view, width, paper);
  lines.push(fit(stateParts(view), ' · ', width));
  for (const wait of view.waits.slice(0, 1)) lines.push(paint(cut(wait, width), '33', paper));
  if (view.progress !== null) lines.push(progressLine(view, width));
  return lines;
}

function table(view: StatusView, width: number, paper: Paper): string[] {
  const room = Math.max(1, paper.rows - ROWS_FOR_LOG - ROWS_FOR_OTHERS);
  const byRate = [...view.topics].sort((a, b) => b.rates.messages - a.rates.messages);
  const shown = view.topics.filter((topic) => byRate.indexOf(topic) < room);
  const rows = view.topics.length > 1 ? [...shown, view.all] : shown;
  const widthOf = (name: (typeof importance)[number]): number =>
    Math.max(columns[name].title.length, ...rows.map((row) => columns[name].cell(row).length));
  const longestName = Math.max(...rows.map(({ name }) => name.length), 'topic'.length);
  // A long name gives way to numbers, but not all of it.
  const leastName = Math.min(longestName, Math.max(LEAST_TOPIC, Math.floor(width / 4)));
  let left = width - leastName;
  const taken = new Set<string>();
  for (const name of importance) {
    const wanted = GAP.length + widthOf(name);
    if (wanted > left) break;
    left -= wanted;
    taken.add(name);
  }
  const ordered = (Object.keys(columns) as (keyof typeof columns)[]).filter((name) => taken.has(name));
  const nameWidth = Math.min(longestName, leastName + left);
  left -= nameWidth - leastName + GAP.length;
  const courseWidth = left >= LEAST_COURSE ? Math.min(MOST_COURSE, left) : 0;
  const line = (name: string, cell: (column: keyof typeof columns) => string, course: string): string =>
    [cut(name, nameWidth).padEnd(nameWidth), ...ordered.map((each) => cell(each).padStart(widthOf(each)))]
      .concat(courseWidth > 0 ? [course] : [])
      .join(GAP)
      .trimEnd();
  const course = (topic: TopicView): string =>
    sparkline(topic.course.slice(-courseWidth)).padStart(courseWidth);
  const hidden = view.topics.length - shown.length;
  return [
    paint(
      line('topic', (each) => columns[each].title, ''),
      '2',
      paper,
    ),
    ...rows.map((row) => line(row.name, (each) => columns[each].cell(row), course(row))),
    ...(hidden > 0 ? [cut(`… and ${hidden} more topics`, width)] : []),
  ];
}

function catchUpText({ lag, catchUpMs }: TopicView): string {
  if (lag === 0) return 'now';
  return catchUpMs === null ? '–' : durationText(catchUpMs);
}

/** The most important first. */
function stateParts({
  isDryRun,
  isConnected,
  isAssigned,
  isIdle,
  bytesInFlight,
  maxInFlightBytes,
  latencyMs,
  workerUse,
  ranMs,
}: StatusView): string[] {
  return [
    isDryRun ? 'dry run' : '',
    isConnected
      ? isAssigned
        ? isIdle
          ? 'no partition is left'
          : ''
        : 'waiting for partitions'
      : 'connecting',
    `in flight ${bytesText(bytesInFlight)} of ${bytesText(maxInFlightBytes)}`,
    workerUse === null ? '' : `workers ${Math.round(workerUse * 100)} %`,
    latencyMs === null
      ? ''
      : `on disk after ${durationText(latencyMs.p50)} (99 %: ${durationText(latencyMs.p99)})`,
    isConnected ? `running ${durationText(ranMs)}` : '',
  ].filter(Boolean);
}

function progressLine({ progress }: StatusView, width: number): string {
  if (progress === null) return '';
  const { done, goal, what, leftMs } = progress;
  const share = goal === 0 ? 1 : done / goal;
  const words = fit(
    [
      `${Math.floor(share * 100)} %`,
      `${countText(done)} of ${countText(goal)} ${what}`,
      leftMs === null ? '' : `${durationText(leftMs)} left`,
    ].filter(Boolean),
    ', ',
    width,
  );
  const barWidth = Math.min(60, width - words.length - 1);
  return barWidth < 5 ? words : `${bar(share, barWidth)} ${words}`;
}

/** As many of the parts as fit. */
function fit(parts: readonly string[], separator: string, width: number): string {
  for (let count = parts.length; count > 1; count--) {
    const text = parts.slice(0, count).join(separator);
    if (text.length <= width) return text;
  }
  return cut(parts[0] ?? '', width);
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

function paint(text: string, code: string, { colours }: Paper): string {
  return colours ? `\u001b[${code}m${text}\u001b[0m` : text;
}
