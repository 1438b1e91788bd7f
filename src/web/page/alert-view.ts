import { bytesText } from '../../status/units.ts';
import type { Glimpse } from '../../glimpse.ts';
import { dateOf } from '../../timestamp.ts';
import type { WholeMessage } from '../messages.ts';
import { ask, type Dialog } from './dialog.ts';
import { element } from './dom.ts';
import { fieldTree } from './field-tree.ts';
import { parseExactly } from './json.ts';
import { lightCurve } from './light-curve.ts';
import { lightCurveChart } from './light-curve-chart.ts';
import { stampsOf } from './stamps.ts';
import { describeGlimpse } from './texts.ts';

/** Shows one alert: its light curve, its stamps, all of its fields. */
export function showAlert(dialog: Dialog, glimpse: Glimpse): void {
  const { topic, partition, offset } = glimpse;
  dialog.show(`${glimpse.survey} ${glimpse.id}`, async () => {
    const response = await ask('/alert', { topic, partition, offset });
    const message = parseExactly(await response.text()) as WholeMessage;
    const date = dateOf(message.timestampMs);
    const time = date === null ? '' : `, ${date.toISOString()}`;
    const place = `${topic}/${partition} offset ${offset}${time}, ${bytesText(message.bytes)}`;
    return [
      element('p', { class: 'place' }, describeGlimpse(glimpse), element('br'), place),
      ...message.alerts.flatMap(alertNodes),
    ];
  });
}

function alertNodes(alert: unknown): Node[] {
  const points = lightCurve(alert);
  const curve =
    points.length === 0
      ? []
      : [element('section', {}, element('h3', {}, 'Light curve'), lightCurveChart(points))];
  const stamps = stampsOf(alert);
  const fields = element('section', {}, element('h3', {}, 'Fields'), fieldTree(alert));
  return [...curve, ...(stamps === null ? [] : [stamps]), fields];
}
