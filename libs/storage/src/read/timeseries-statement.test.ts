import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import { timeseriesStatement } from './timeseries-statement.js';

const selection = {
  schema: SCHEMAS.trades,
  datasetId: 7,
  dataset: 'GLBX.MDP3',
  start: 1_609_160_400_098_821_953n,
  end: 1_609_160_401_000_000_000n,
  limit: 5,
};

it('keeps everything that a user may choose out of the text', () => {
  const hostile = `'; DROP TABLE trades; --`;
  const interval = { symbol: hostile, instrumentId: 5482, d0: '2020-12-28', d1: '2020-12-29' };
  const one = timeseriesStatement({ ...selection, intervals: [interval] });
  const two = timeseriesStatement({ ...selection, intervals: [interval, interval] });
  const all = timeseriesStatement({ ...selection, dataset: hostile, intervals: undefined });
  for (const { text } of [one, two, all]) expect(text).not.toContain('DROP');
  expect(one.values).toContain(hostile);
  expect(two.values).toContainEqual([hostile, hostile]);
  expect(all.values).toContain(hostile);
});

it('bounds the index by microseconds and the answer by nanoseconds', () => {
  const { values } = timeseriesStatement({ ...selection, intervals: undefined });
  expect(values).toEqual([
    7,
    '2020-12-28T13:00:00.098821Z',
    '2020-12-28T13:00:00.999999Z',
    '2020-12-28T13:00:00.098821Z',
    953,
    '2020-12-28T13:00:01.000000Z',
    0,
    'GLBX.MDP3',
    5,
  ]);
});
