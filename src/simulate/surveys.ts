/** Surveys that can be simulated, and how their messages look. */
export const surveys = ['antares', 'ztf', 'lsst'] as const;

/** One of them. */
export type Survey = (typeof surveys)[number];
