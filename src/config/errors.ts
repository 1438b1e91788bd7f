import { ClientError } from '../errors.ts';
import type { Given } from './given.ts';

/** What is done with messages that cannot be saved, and with ones that are gone. */
export interface ErrorsConfig {
  readonly onError: 'dead-letter' | 'skip' | 'stop';
  readonly maxErrors: number;
  readonly onGap: 'continue' | 'stop';
  readonly onUnknownSchema: 'hold' | 'dead-letter';
}

/** @throws ClientError CONFIG */
export function errorsConfig(given: Given, outputDir: string | null): ErrorsConfig {
  const onError = given.optional('on-error') ?? (outputDir === null ? 'stop' : 'dead-letter');
  if (onError === 'dead-letter' && outputDir === null) {
    throw new ClientError(
      'CONFIG',
      '--on-error dead-letter needs a folder as --output-dir, where dead letters are kept; or say skip or stop.',
    );
  }
  return {
    onError,
    maxErrors: given.value('max-errors'),
    onGap: given.value('on-gap'),
    onUnknownSchema: given.value('on-unknown-schema'),
  };
}
