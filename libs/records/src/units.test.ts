import { expect, it } from '@jest/globals';
import { formatPrice, formatTimestamp, impliedEnd, parsePrice, parseTimestamp } from './units.js';

it.each([
  [3_720_250_000_000n, '3720.250000000'],
  [-37_630_000_000n, '-37.630000000'],
  [-1n, '-0.000000001'],
  [0n, '0.000000000'],
  [9_223_372_036_854_775_806n, '9223372036.854775806'],
  [-9_223_372_036_854_775_808n, '-9223372036.854775808'],
])('price %s is %s', (units, text) => {
  expect(formatPrice(units)).toBe(text);
  expect(parsePrice(text)).toBe(units);
});

it('refuses a price with a tenth decimal or an exponent', () => {
  expect(() => parsePrice('1.0000000001')).toThrow('at most nine decimals');
  expect(() => parsePrice('1e3')).toThrow(RangeError);
});

it.each([
  ['2024-07-01', 1_719_792_000_000_000_000n],
  ['2024-07-01T12', 1_719_835_200_000_000_000n],
  ['2024-07-01T12:30', 1_719_837_000_000_000_000n],
  ['2024-07-01T00:00:00.000000001Z', 1_719_792_000_000_000_001n],
  ['2024-07-01T02:00:00+02:00', 1_719_792_000_000_000_000n],
  ['1719792000000000001', 1_719_792_000_000_000_001n],
])('time %s is %s ns', (text, nanoseconds) => {
  expect(parseTimestamp(text)).toBe(nanoseconds);
});

it.each(['', 'yesterday', '2024-13-01', '2024-02-30', '-5', '1.5', '2024-07-01T12:30:99'])(
  'refuses the time %p',
  (text) => {
    expect(() => parseTimestamp(text)).toThrow('is not a time');
  },
);

it('writes all nine digits', () => {
  expect(formatTimestamp(1_719_792_000_000_000_001n)).toBe('2024-07-01T00:00:00.000000001Z');
});

it.each([
  ['2024-07-01', '2024-07-02'],
  ['2024-07-01T12', '2024-07-01T13'],
  ['2024-07-01T12:30', '2024-07-01T12:31'],
  ['2024-07-01T12:30:15', '2024-07-01T12:30:16'],
])('a range from %s alone ends at %s', (start, end) => {
  expect(impliedEnd(start)).toBe(parseTimestamp(end));
});

it('knows no end for a start finer than a second', () => {
  expect(impliedEnd('2024-07-01T12:30:15.5')).toBeUndefined();
});
