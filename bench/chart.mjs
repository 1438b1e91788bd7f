// The comparison as a picture: a point for each contestant, a line through it from the slowest repetition to the fastest.
import { parse, View } from 'vega';

const BAR_HEIGHT = 16;
const WIDTH = 520;

/** @param surveys of a comparison. @returns an SVG document. */
export function chart(surveys) {
  const rows = surveys.flatMap(({ survey, results }) =>
    results.map(({ who, output, settings, alertsPerSecond }) => ({
      survey,
      label: `${survey}: ${who}, ${output}, ${settings}`,
      kind: who === 'this client' ? who : /Python/.test(who) ? 'Python' : 'transport only',
      ...alertsPerSecond,
    })),
  );
  return new View(parse(specification(rows)), { renderer: 'none' }).toSVG();
}

function specification(values) {
  const y = { scale: 'y', field: 'label' };
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 8,
    width: WIDTH,
    height: values.length * BAR_HEIGHT,
    title: { text: 'alerts per second: median, and from minimum to maximum', anchor: 'start' },
    data: [{ name: 'runs', values }],
    scales: [
      { name: 'y', type: 'band', domain: { data: 'runs', field: 'label' }, range: 'height', padding: 0.2 },
      {
        name: 'x',
        type: 'log',
        domain: { data: 'runs', fields: ['min', 'max'] },
        range: 'width',
        nice: true,
      },
      {
        name: 'colour',
        type: 'ordinal',
        domain: ['this client', 'Python', 'transport only'],
        range: ['#1b7837', '#b35806', '#999999'],
      },
    ],
    axes: [
      {
        orient: 'bottom',
        scale: 'x',
        title: 'alerts/s (logarithmic)',
        format: '~s',
        tickCount: 8,
        grid: true,
      },
      { orient: 'left', scale: 'y', labelLimit: 460 },
    ],
    legends: [{ fill: 'colour', orient: 'top' }],
    marks: [
      {
        type: 'symbol',
        from: { data: 'runs' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'median' },
            y: { ...y, band: 0.5 },
            size: { value: 70 },
            fill: { scale: 'colour', field: 'kind' },
          },
        },
      },
      {
        type: 'rule',
        from: { data: 'runs' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'min' },
            x2: { scale: 'x', field: 'max' },
            y: { ...y, band: 0.5 },
            stroke: { scale: 'colour', field: 'kind' },
            strokeWidth: { value: 2 },
          },
        },
      },
    ],
  };
}
