import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlertStream, type AlertStreamOptions, ClientError } from '../../src/index.ts';

/** The sentence that options are refused with, as JavaScript may give them. */
function refusal(options: unknown): string {
  try {
    new AlertStream(options as AlertStreamOptions);
  } catch (error) {
    if (error instanceof ClientError && error.code === 'CONFIG') return error.message;
    throw error;
  }
  return 'not refused';
}

const anywhere = { topics: ['t'], bootstrapServers: 'localhost:9092' };

test('options of the wrong kind are refused by their name', () => {
  const refused: readonly (readonly [name: string, options: unknown])[] = [
    ['topics', {}],
    ['topics', { ...anywhere, topics: 'x' }],
    ['topics', { ...anywhere, topics: [1] }],
    ['onError', { ...anywhere, onError: 'bla' }],
    ['onError', { ...anywhere, onError: null }],
    ['decoders', { ...anywhere, decoders: { csv: 1 } }],
    ['partitions', { ...anywhere, partitions: 0 }],
    ['fields', { ...anywhere, fields: 'candid' }],
    ['properties', { ...anywhere, properties: { 'client.id': 1 } }],
    ['properties', { ...anywhere, properties: ['session.timeout.ms=10000'] }],
    ['decoders', { ...anywhere, decoders: [(): object => ({})] }],
    ['signal', { ...anywhere, signal: {} }],
    ['batchSize', { ...anywhere, batchSize: 0 }],
    ['untilEnd', { ...anywhere, untilEnd: 'yes' }],
    ['maxInFlightBytes', { ...anywhere, maxInFlightBytes: -1 }],
  ];
  for (const [name, options] of refused)
    assert.match(
      refusal(options),
      new RegExp(`^${name}\\b.* cannot be used: it must be (?!Invalid)`),
      JSON.stringify(options),
    );
  for (const options of [undefined, null, 'x'])
    assert.equal(refusal(options), 'A stream must be given an object with its options.');
});

test('images cannot be extracted by a stream, which has no folder for them', () => {
  assert.equal(
    refusal({ ...anywhere, stamps: 'extract' }),
    'stamps extract cannot be used: it must be one of keep, drop.',
  );
  for (const stamps of ['keep', 'drop', undefined])
    assert.equal(refusal({ ...anywhere, stamps }), 'not refused');
});

test('a password in an option of the wrong kind is not shown', () => {
  assert.equal(
    refusal({ ...anywhere, properties: 'ssl.key.password=PASSWORD' }),
    'properties cannot be used: it must be texts by name.',
  );
  assert.doesNotMatch(refusal({ ...anywhere, apiSecret: ['PASSWORD'] }), /PASSWORD|times/);
});

test('options that a stream does not have are refused, and none is missed that is undefined', () => {
  assert.equal(refusal({ ...anywhere, grup: 'g' }), 'There is no option grup; did you mean group?');
  for (const name of ['outputDir', 'limit'])
    assert.equal(
      refusal({ ...anywhere, [name]: '1' }),
      `${name} is an option of the command: a stream has none of that name.`,
    );
  assert.equal(refusal({ ...anywhere, limit: undefined, group: undefined }), 'not refused');
});

test('who gave no credentials is told of the options of a stream, not of what it does not look at', () => {
  for (const options of [
    { topics: ['t'] },
    { topics: ['t'], apiKey: 'k' },
    { topics: ['t'], apiSecret: 's' },
    { topics: ['t'], profile: 'antares' },
    { ...anywhere, securityProtocol: 'sasl_ssl' },
    { ...anywhere, saslMechanism: 'OAUTHBEARER' },
  ]) {
    const sentence = refusal(options);
    assert.match(sentence, /apiKey|apiSecret|saslOauthClientSecret/);
    assert.doesNotMatch(sentence, /ANTARES_KAFKA|SASL_OAUTH|auth add|--/);
  }
});
