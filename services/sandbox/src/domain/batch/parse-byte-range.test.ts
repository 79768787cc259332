import { expect, it } from '@jest/globals';
import { parseByteRange } from './parse-byte-range.js';

it.each([
  [undefined, 'whole'],
  ['bytes=0-', { start: 0, end: 10 }],
  ['bytes=4-', { start: 4, end: 10 }],
  ['bytes=9-', { start: 9, end: 10 }],
  ['bytes=2-5', { start: 2, end: 6 }],
  ['bytes=2-99', { start: 2, end: 10 }],
  ['bytes=-3', { start: 7, end: 10 }],
  ['bytes=-99', { start: 0, end: 10 }],
  ['bytes=10-', 'outside'],
  ['bytes=11-20', 'outside'],
  ['bytes=-0', 'outside'],
  ['bytes=5-2', 'whole'],
  ['bytes=0-1,4-5', 'whole'],
  ['bytes=-', 'whole'],
  ['lines=1-2', 'whole'],
])('of ten bytes %p is %p', (header, expected) => {
  expect(parseByteRange(header, 10)).toEqual(expected);
});

it('finds no bytes in an empty file', () => {
  expect(parseByteRange('bytes=0-', 0)).toBe('outside');
  expect(parseByteRange('bytes=-5', 0)).toBe('outside');
  expect(parseByteRange(undefined, 0)).toBe('whole');
});
