import { describe, expect, it } from '@jest/globals';
import { holidayOn } from './holidays.js';
import { DATASETS } from './products.js';
import { sessionsBetween } from './sessions.js';
import type { Session } from './sessions.js';

const hoursOf = (root: string) =>
  DATASETS.flatMap(({ products }) => products).find((product) => product.root === root)!.hours;

const sessions = (root: string, from: string, to: string) =>
  sessionsBetween(hoursOf(root), Temporal.PlainDate.from(from), Temporal.PlainDate.from(to));

const utc = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 16);
const times = ({ date, open, close }: Session) => [date, utc(open), utc(close)];

describe('Globex', () => {
  it('trades from Sunday to Friday with a halt of an hour, in the time of Chicago', () => {
    expect(sessions('ES', '2024-07-05', '2024-07-10').map(times)).toEqual([
      ['2024-07-05', '2024-07-04T22:00', '2024-07-05T21:00'],
      ['2024-07-08', '2024-07-07T22:00', '2024-07-08T21:00'],
      ['2024-07-09', '2024-07-08T22:00', '2024-07-09T21:00'],
    ]);
  });

  it('moves by an hour of UTC when the clocks change', () => {
    expect(sessions('CL', '2024-03-08', '2024-03-12').map(times)).toEqual([
      ['2024-03-08', '2024-03-07T23:00', '2024-03-08T22:00'],
      ['2024-03-11', '2024-03-10T22:00', '2024-03-11T21:00'],
    ]);
    expect(sessions('CL', '2024-11-01', '2024-11-05').map(times)).toEqual([
      ['2024-11-01', '2024-10-31T22:00', '2024-11-01T21:00'],
      ['2024-11-04', '2024-11-03T23:00', '2024-11-04T22:00'],
    ]);
  });

  it('rests on Good Friday, Christmas and New Year, and closes early on other holidays', () => {
    const dates = (from: string, to: string) => sessions('ES', from, to).map(({ date }) => date);
    expect(dates('2024-03-28', '2024-04-02')).toEqual(['2024-03-28', '2024-04-01']);
    expect(dates('2024-12-24', '2025-01-03')).toEqual([
      '2024-12-24',
      '2024-12-26',
      '2024-12-27',
      '2024-12-30',
      '2024-12-31',
      '2025-01-02',
    ]);
    const [thanksgiving] = sessions('ES', '2024-11-28', '2024-11-29');
    expect(times(thanksgiving!)).toEqual(['2024-11-28', '2024-11-27T23:00', '2024-11-28T18:00']);
  });
});

describe('US equities', () => {
  it('trade before, during and after 09:30 to 16:00 of New York', () => {
    const [winter, summer] = [
      ...sessions('SPY', '2024-01-16', '2024-01-17'),
      ...sessions('SPY', '2024-07-01', '2024-07-02'),
    ];
    expect(times(winter!)).toEqual(['2024-01-16', '2024-01-16T09:00', '2024-01-17T01:00']);
    expect(times(summer!)).toEqual(['2024-07-01', '2024-07-01T08:00', '2024-07-02T00:00']);
    const share = (from: string, to: string) =>
      summer!.slices
        .filter(({ start }) => utc(start) >= from && utc(start) < to)
        .reduce((sum, slice) => sum + slice.share, 0);
    expect(share('2024-07-01T13:30', '2024-07-01T20:00')).toBeGreaterThan(0.9);
    expect(share('2024-07-01T08:00', '2024-07-01T13:30')).toBeGreaterThan(0.01);
  });

  it('rest on all holidays', () => {
    expect(sessions('SPY', '2024-11-28', '2024-11-29')).toEqual([]);
    expect(sessions('SPY', '2024-03-29', '2024-03-30')).toEqual([]);
  });
});

it('cuts sessions into slices without gaps that make up a whole day', () => {
  for (const root of ['ES', 'CL', 'SPY']) {
    const [session] = sessions(root, '2024-07-02', '2024-07-03');
    const { slices, open, close } = session!;
    expect(slices[0]!.start).toBe(open);
    expect(slices.at(-1)!.end).toBe(close);
    slices.forEach((slice, index) => {
      expect(slice.start % 900).toBe(0);
      expect(slice.start).toBe(slices[index - 1]?.end ?? open);
    });
    expect(slices.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
  }
});

it.each([
  ['2024-01-15', 'Martin Luther King Day'],
  ['2025-04-18', 'Good Friday'],
  ['2026-04-03', 'Good Friday'],
  ['2024-05-27', 'Memorial Day'],
  ['2026-07-03', 'Independence Day'],
  ['2024-09-02', 'Labor Day'],
  ['2025-11-27', 'Thanksgiving'],
  ['2023-01-02', 'New Year'],
  ['2022-12-26', 'Christmas'],
])('knows that %s is %s', (date, name) => {
  expect(holidayOn(Temporal.PlainDate.from(date))?.name).toBe(name);
});
