import { bytesText, countText, durationText } from '../../status/units.ts';
import type { Pulse } from '../messages.ts';
import { element } from './dom.ts';
import { LineChart, type LineChartOptions } from './line-chart.ts';

const SPAN_MS = 5 * 60_000;

interface Shown extends LineChartOptions {
  readonly valuesOf: (pulse: Pulse) => readonly (number | null)[];
}

const charts: readonly Shown[] = [
  {
    title: 'Alerts saved a second',
    lines: [{ name: '', colour: 'one' }],
    text: countText,
    least: 10,
    valuesOf: ({ alertsPerSecond }) => [alertsPerSecond],
  },
  {
    title: 'Read a second',
    lines: [{ name: '', colour: 'one' }],
    text: bytesText,
    least: 1000,
    valuesOf: ({ bytesPerSecond }) => [bytesPerSecond],
  },
  {
    title: 'Lag: messages that are not done yet',
    lines: [{ name: '', colour: 'one' }],
    text: countText,
    least: 10,
    valuesOf: ({ lag }) => [lag],
  },
  {
    title: 'Latency from the broker to the disk',
    lines: [
      { name: 'median', colour: 'one' },
      { name: '99 %', colour: 'two' },
    ],
    text: durationText,
    least: 100,
    valuesOf: ({ latencyMs }) => [latencyMs?.p50 ?? null, latencyMs?.p99 ?? null],
  },
  {
    title: 'In flight: read and not saved yet',
    lines: [{ name: '', colour: 'one' }],
    text: bytesText,
    least: 1_000_000,
    valuesOf: ({ bytesInFlight }) => [bytesInFlight],
  },
  {
    title: 'Workers busy',
    lines: [
      { name: 'mean', colour: 'one' },
      { name: 'busiest', colour: 'two' },
    ],
    text: (share) => `${Math.round(100 * share)} %`,
    least: 1,
    valuesOf: ({ workerUse }) =>
      workerUse.length === 0
        ? [null, null]
        : [workerUse.reduce((sum, use) => sum + use, 0) / workerUse.length, Math.max(...workerUse)],
  },
];

/** The last minutes of the run. */
export class StreamView {
  readonly #charts: readonly (readonly [LineChart, Shown['valuesOf']])[];
  #pulses: readonly Pulse[] = [];

  constructor(panel: HTMLElement) {
    this.#charts = charts.map(({ valuesOf, ...options }) => [new LineChart(options), valuesOf]);
    panel.append(element('div', { class: 'charts' }, ...this.#charts.map(([{ node }]) => node)));
    addEventListener('resize', () => {
      this.draw();
    });
  }

  /** Begins with what was before. */
  begin(pulses: readonly Pulse[]): void {
    this.#pulses = pulses;
    this.draw();
  }

  add(pulse: Pulse): void {
    const sinceMs = pulse.timeMs - SPAN_MS;
    this.#pulses = [...this.#pulses.filter(({ timeMs }) => timeMs >= sinceMs), pulse];
    this.draw();
  }

  draw(): void {
    for (const [chart, valuesOf] of this.#charts)
      chart.show(
        this.#pulses.map((pulse) => ({ timeMs: pulse.timeMs, values: valuesOf(pulse) })),
        SPAN_MS,
      );
  }
}
