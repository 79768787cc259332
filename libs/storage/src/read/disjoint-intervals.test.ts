import { expect, it } from '@jest/globals';
import { disjointIntervals } from './disjoint-intervals.js';

const interval = (symbol: string, instrumentId: number, d0: string, d1: string) => ({
  symbol,
  instrumentId,
  d0,
  d1,
});

it('leaves intervals that share no instrument and day as they are', () => {
  const given = [
    interval('ESH1', 1, '2021-01-01', '2021-03-20'),
    interval('ESH1', 2, '2030-01-01', '2031-03-20'),
    interval('ESM1', 3, '2021-01-01', '2021-06-20'),
  ];
  expect(disjointIntervals(given)).toEqual(given);
});

it('joins overlapping and touching days of the same symbol', () => {
  expect(
    disjointIntervals([
      interval('ESH1', 1, '2021-01-01', '2021-01-10'),
      interval('ESH1', 1, '2021-01-05', '2021-01-20'),
      interval('ESH1', 1, '2021-01-20', '2021-01-21'),
      interval('ESH1', 1, '2021-02-01', '2021-02-02'),
    ]),
  ).toEqual([
    interval('ESH1', 1, '2021-01-01', '2021-01-21'),
    interval('ESH1', 1, '2021-02-01', '2021-02-02'),
  ]);
});

it('names all symbols on the days on which they mean one instrument, in their order', () => {
  expect(
    disjointIntervals([
      interval('ES.v.0', 1, '2021-01-01', '2021-01-10'),
      interval('ES.c.0', 1, '2021-01-05', '2021-01-15'),
    ]),
  ).toEqual([
    interval('ES.v.0', 1, '2021-01-01', '2021-01-05'),
    interval('ES.v.0,ES.c.0', 1, '2021-01-05', '2021-01-10'),
    interval('ES.c.0', 1, '2021-01-10', '2021-01-15'),
  ]);
});
