import { describe, expect, it } from '@jest/globals';
import { at } from '../collect-records.js';
import type { SplitDuration } from './batch-request.js';
import { splitRange } from './split-range.js';

const labels = (start: string, end: string, by: SplitDuration) =>
  [...splitRange({ start: at(start), end: at(end) }, by)].map(({ label }) => label);

describe('splitRange', () => {
  it('cuts where UTC days begin', () => {
    const range = { start: at('2024-02-28T12:00:00.000000001Z'), end: at('2024-03-01T00:00Z') };
    expect([...splitRange(range, 'day')]).toEqual([
      { label: '20240228', start: range.start, end: at('2024-02-29') },
      { label: '20240229', start: at('2024-02-29'), end: range.end },
    ]);
  });

  // 2024-07-07 is a Sunday.
  it.each<[SplitDuration, string[]]>([
    ['week', ['20240703-20240706', '20240707-20240713', '20240714-20240715']],
    ['month', ['20240703-20240715']],
    ['year', ['20240703-20240715']],
    ['none', ['20240703-20240715']],
  ])('names files of a %s by their first and last day', (by, expected) => {
    expect(labels('2024-07-03', '2024-07-16', by)).toEqual(expected);
  });

  it('begins weeks on Sunday, whichever day the range begins', () => {
    expect(labels('2024-07-06', '2024-07-08', 'week')).toEqual([
      '20240706-20240706',
      '20240707-20240707',
    ]);
    expect(labels('2024-07-07', '2024-07-14', 'week')).toEqual(['20240707-20240713']);
    expect(labels('2024-07-08', '2024-07-15', 'week')).toEqual([
      '20240708-20240713',
      '20240714-20240714',
    ]);
  });

  it('cuts months and years of any length', () => {
    expect(labels('2023-12-31', '2024-03-02', 'month')).toEqual([
      '20231231-20231231',
      '20240101-20240131',
      '20240201-20240229',
      '20240301-20240301',
    ]);
    expect(labels('2023-12-31', '2025-01-02', 'year')).toEqual([
      '20231231-20231231',
      '20240101-20241231',
      '20250101-20250101',
    ]);
  });

  it('leaves nothing out and nothing twice', () => {
    const range = { start: at('2023-11-05T03:00Z'), end: at('2025-02-03T04:00Z') };
    for (const by of ['day', 'week', 'month', 'year', 'none'] as const) {
      let reached = range.start;
      for (const { start, end } of splitRange(range, by)) {
        expect(start).toBe(reached);
        reached = end;
      }
      expect(reached).toBe(range.end);
    }
  });
});
