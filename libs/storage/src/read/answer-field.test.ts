import { describe, expect, it } from '@jest/globals';
import { formatPrice, SCHEMAS } from '@tapeline/records';
import { answerFields, answerReader, nanosecondsText, priceText } from './answer-field.js';

describe('priceText', () => {
  it.each([
    0n,
    1n,
    -1n,
    999_999_999n,
    -1_000_000_000n,
    3_720_250_000_000n,
    -(2n ** 63n),
    2n ** 63n - 2n,
  ])('writes %s as formatPrice does', (units) => {
    expect(priceText(String(units))).toBe(formatPrice(units));
  });

  it('keeps null', () => {
    expect(priceText(null)).toBeNull();
  });
});

describe('nanosecondsText', () => {
  it.each([
    ['1609160400.098821', '953', '1609160400098821953'],
    ['1.000002', '3', '1000002003'],
    ['0.000000', '0', '0'],
    ['0.000001', '1', '1001'],
    ['18446744073.709551', '614', '18446744073709551614'],
  ])('joins %s and %s to %s', (seconds, rest, expected) => {
    expect(nanosecondsText(seconds, rest)).toBe(expected);
  });

  it('is null where the timestamp is', () => {
    expect(nanosecondsText(null, null)).toBeNull();
  });
});

describe('answerReader', () => {
  it('puts a row of the select list into the order of the fields', () => {
    const schema = SCHEMAS['ohlcv-1d'];
    const row = [
      '1609113600.000000',
      '0',
      '1',
      '5482',
      '-1',
      null,
      '2',
      '3',
      '18446744073709551615',
      'ES',
    ];
    const fields = answerFields(schema).map(({ name }) => name);
    expect(fields).toEqual([
      'ts_event',
      'publisher_id',
      'instrument_id',
      'open',
      'high',
      'low',
      'close',
      'volume',
      'symbol',
    ]);
    expect(answerReader(schema)(row)).toEqual([
      '1609113600000000000',
      '1',
      '5482',
      '-0.000000001',
      null,
      '0.000000002',
      '0.000000003',
      '18446744073709551615',
      'ES',
    ]);
  });

  it.each(Object.values(SCHEMAS))(
    'names a number only where a double is exact: $name',
    (schema) => {
      for (const field of answerFields(schema)) {
        const column = schema.columns.find(({ name }) => name === field.name);
        const exact = ['i8', 'u8', 'i16', 'u16', 'i32', 'u32'].includes(column?.type ?? 'symbol');
        expect([field.name, field.kind]).toEqual([field.name, exact ? 'number' : 'text']);
      }
    },
  );
});
