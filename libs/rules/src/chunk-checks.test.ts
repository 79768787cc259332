import { describe, expect, it } from '@jest/globals';
import { SCHEMA_NAMES } from '@tapeline/records';
import { parse } from 'yaml';
import { appliesTo, chunkChecksSchema, parseShare } from './chunk-checks.js';

const read = (text: string) => chunkChecksSchema.parse(parse(text)) as unknown;

/** Of each issue its path and message. */
const faults = (text: string): string[] =>
  chunkChecksSchema
    .safeParse(parse(text))
    .error!.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

it('gives every check its defaults', () => {
  const names = ['monotonic', 'duplicates', 'gaps', 'price_jump', 'bars_agree'];
  const text = [...names, 'settlement_agrees', 'count_expected']
    .map((check) => `- { check: ${check} }`)
    .join('\n');
  const none = { numerator: 0n, denominator: 100n, text: '0%' };
  expect(read(text)).toEqual([
    { check: 'monotonic', severity: 'warn' },
    { check: 'duplicates', severity: 'warn', min_multiplicity: 2 },
    { check: 'gaps', severity: 'warn', longer_than: 900_000_000_000n, factor: 10 },
    {
      check: 'price_jump',
      severity: 'warn',
      beyond: { numerator: 10n, denominator: 100n, text: '10%' },
      spreads: false,
    },
    { check: 'bars_agree', severity: 'warn', volume_tolerance: none },
    { check: 'settlement_agrees', severity: 'warn', ticks: 10 },
    { check: 'count_expected', severity: 'warn', tolerance: none },
  ]);
});

it('reads durations and shares exactly', () => {
  expect(read('- { check: gaps, longer_than: 1h30m, severity: error }')).toMatchObject([
    { longer_than: 5_400_000_000_000n, severity: 'error' },
  ]);
  expect(parseShare('2.5%')).toMatchObject({ numerator: 25n, denominator: 1000n });
  expect(parseShare('0.1')).toMatchObject({ numerator: 1n, denominator: 10n });
});

describe('refuses', () => {
  it.each([
    ['a check that there is not', '- { check: gap }', /^0.check: /],
    ['another check’s parameter', '- { check: monotonic, factor: 2 }', /^0: .*"factor"/],
    ['no duration', '- { check: gaps, longer_than: 15 }', /^0.longer_than: '15' is not a duration/],
    ['no silence at all', '- { check: gaps, longer_than: 0s }', /'0s' is not a positive duration/],
    ['no share', '- { check: price_jump, beyond: -1% }', /^0.beyond: '-1%' is not a share/],
    ['one record as a duplicate', '- { check: duplicates, min_multiplicity: 1 }', /^0.min_mult/],
    ['a severity that there is not', '- { check: gaps, severity: fatal }', /^0.severity: /],
    ['a check again', '- { check: gaps }\n- { check: gaps }', /^1.check: gaps stands in the list/],
  ])('%s', (_, text, message) => {
    expect(faults(text)).toEqual([expect.stringMatching(message)]);
  });
});

it('knows to which schemas a check applies', () => {
  const suited = (check: Parameters<typeof appliesTo>[0]) =>
    SCHEMA_NAMES.filter((schema) => appliesTo(check, schema));
  expect(suited('monotonic')).toEqual(SCHEMA_NAMES);
  expect(suited('settlement_agrees')).toEqual(['statistics']);
  expect(suited('bars_agree')).toEqual(['trades', 'ohlcv-1s', 'ohlcv-1m', 'ohlcv-1h', 'ohlcv-1d']);
  expect(SCHEMA_NAMES.filter((schema) => !appliesTo('price_jump', schema))).toEqual([
    'definition',
    'statistics',
    'status',
    'imbalance',
  ]);
});
