import { expect, it } from '@jest/globals';
import { parseTimestamp } from '@tapeline/records';
import { dateOfFile, spanOf, spanStart } from './batch-windows.js';

it.each([
  ['glbx-mdp3-20240701.trades.dbn.zst', '2024-07-01'],
  ['/a/b-20230101.x/glbx-mdp3-20240701-20240731.ohlcv-1m.dbn.zst', '2024-07-01'],
  ['opra-pillar-20240102.cbbo-1s.dbn', '2024-01-02'],
])('%s is of %s', (name, date) => {
  expect(dateOfFile(name)).toBe(date);
});

it.each(['metadata.json', 'symbology.csv', 'glbx-mdp3-2024070.trades.dbn.zst', 'manifest.json'])(
  '%s is no data file',
  (name) => {
    expect(dateOfFile(name)).toBeUndefined();
  },
);

const range = (start: string, end: string) => ({
  start: String(parseTimestamp(start)),
  end: String(parseTimestamp(end)),
});

it('finds the span of which each range has its own file', () => {
  expect(spanOf([range('2024-07-01', '2024-07-02'), range('2024-07-02', '2024-07-02T05:00')])).toBe(
    'day',
  );
  expect(spanOf([range('2024-07-15', '2024-08-01'), range('2024-08-01', '2024-08-02')])).toBe(
    'month',
  );
  expect(spanOf([range('2024-07-15', '2025-01-01')])).toBe('year');
  expect(spanStart(parseTimestamp('2024-07-15T12:00'), 'month')).toBe('2024-07-01');
});
