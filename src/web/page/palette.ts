import type { Glimpse } from '../../glimpse.ts';

const SURVEY_COLOURS = ['survey-1', 'survey-2', 'survey-3', 'survey-4', 'survey-5'];
const KNOWN = ['ZTF', 'ANTARES', 'LSST'];
/** From bright to faint. */
const MAGNITUDES = [14, 16, 18, 20, 22, 24];

/** How alerts are coloured: the names of colours in the style sheet, and what each means. */
export interface Palette {
  colourOf(glimpse: Glimpse): string;
  /** Those that were needed until now. */
  legend(): readonly { readonly colour: string; readonly text: string }[];
}

/** A colour a survey. */
export function bySurvey(): Palette {
  const surveys = [...KNOWN];
  const seen = new Set<string>();
  const colourAt = (index: number): string =>
    SURVEY_COLOURS[Math.min(index, SURVEY_COLOURS.length - 1)] ?? '';
  return {
    colourOf: ({ survey }) => {
      seen.add(survey);
      if (!surveys.includes(survey)) surveys.push(survey);
      return colourAt(surveys.indexOf(survey));
    },
    legend: () =>
      surveys.map((text, index) => ({ text, colour: colourAt(index) })).filter(({ text }) => seen.has(text)),
  };
}

/** A colour a range of magnitudes. */
export function byMagnitude(): Palette {
  return {
    colourOf: ({ magnitude }) => {
      if (magnitude === null) return 'mag-none';
      const index = MAGNITUDES.findIndex((limit) => magnitude < limit);
      return `mag-${index < 0 ? MAGNITUDES.length : index}`;
    },
    legend: () => [
      ...[...MAGNITUDES, null].map((limit, index) => ({
        colour: `mag-${index}`,
        text: limit === null ? `${MAGNITUDES.at(-1) ?? ''} and more` : `below ${limit}`,
      })),
      { colour: 'mag-none', text: 'no magnitude' },
    ],
  };
}
