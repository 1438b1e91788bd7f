/** In what the alerts are saved. */
export const forms = ['json', 'ndjson', 'avro', 'parquet', 'raw'] as const;

/** Languages of the function to begin with. */
export const hooks = ['none', 'javascript', 'python'] as const;

/** What is to be known before anything is written. */
export interface Answers {
  readonly topics: readonly string[];
  readonly profile: string;
  readonly outputDir: string;
  readonly output: (typeof forms)[number];
  readonly hook: (typeof hooks)[number];
}

/** What was given as options, and need not be asked for. */
export type Known = { readonly [K in keyof Answers]: Answers[K] | undefined };
