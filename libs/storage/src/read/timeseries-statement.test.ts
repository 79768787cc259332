import { expect, it } from '@jest/globals';
import { SCHEMAS } from '@tapeline/records';
import { countStatement, timeseriesStatement } from './timeseries-statement.js';

const selection = {
  schema: SCHEMAS.trades,
  datasetId: 7,
  start: 1_609_160_400_098_821_953n,
  end: 1_609_160_401_000_000_000n,
  limit: 5,
};
const interval = { symbol: 'ESH1', instrumentId: 5482, d0: '2020-12-28', d1: '2020-12-29' };

it('has nothing in its text but names of the schema, whole numbers and times', () => {
  const hostile = `'; DROP TABLE trades; --`;
  const many = Array.from({ length: 65 }, () => ({ ...interval, symbol: hostile }));
  for (const intervals of [undefined, [], many.slice(0, 1), many.slice(0, 2), many]) {
    for (const statement of [timeseriesStatement, countStatement]) {
      const text = statement({ ...selection, intervals });
      expect(text).not.toContain('DROP');
      const literals = [...text.matchAll(/'([^']*)'/g)].map(([, literal]) => literal);
      for (const literal of literals) expect(literal).toMatch(/^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/);
    }
  }
});

it.each([
  [{ limit: 1.5 }],
  [{ limit: -1 }],
  [{ datasetId: Number.NaN }],
  [{ intervals: [{ ...interval, instrumentId: Infinity }] }],
  [{ intervals: [{ ...interval, d0: `2020-12-28'--` }] }],
])('takes nothing else: %j', (changes) => {
  expect(() => timeseriesStatement({ ...selection, intervals: [interval], ...changes })).toThrow(
    TypeError,
  );
});

it('bounds the index by microseconds and the answer by nanoseconds', () => {
  const text = timeseriesStatement({ ...selection, intervals: undefined });
  expect(text).toContain(`t."ts_recv" >= '2020-12-28T13:00:00.098821Z'::timestamptz`);
  expect(text).toContain(`t."ts_recv" <= '2020-12-28T13:00:00.999999Z'::timestamptz`);
  expect(text).toContain(`>= ('2020-12-28T13:00:00.098821Z'::timestamptz, 953)`);
  expect(text).toContain(`< ('2020-12-28T13:00:01.000000Z'::timestamptz, 0)`);
  expect(text).toMatch(/ LIMIT 5\) TO STDOUT \(FORMAT binary\)$/);
});
