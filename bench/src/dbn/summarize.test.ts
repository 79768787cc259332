import { expect, it } from '@jest/globals';
import { formatTable } from './format-table.js';
import { summarize } from './summarize.js';

const MIB = 1024 * 1024;
const round = (seconds: number, peakMib: number) => ({
  records: 1000,
  lastTsEvent: undefined,
  seconds,
  heapBytes: 2000 * seconds,
  gcSeconds: seconds / 10,
  peakRssBytes: peakMib * MIB,
  idleRssBytes: 50 * MIB,
});

it('takes medians of the rounds and the highest peak', () => {
  expect(summarize([round(1, 60), round(4, 80), round(2, 80)], 48_000_000)).toEqual({
    recordsPerSecond: 500,
    slowest: 250,
    fastest: 1000,
    megabytesPerSecond: 24,
    peakRssMib: 80,
    grewMib: 30,
    heapBytesPerRecord: 4,
    gcMillisecondsPerRound: 200,
  });
});

it('aligns names to the left and numbers to the right', () => {
  const rows = [
    ['', 'rate', 'MB'],
    ['ours', '12.5', '1'],
    ['a peer', '7', '300'],
  ];
  expect(formatTable(rows)).toBe('        rate   MB\nours    12.5    1\na peer     7  300');
});
