import { expect, it } from '@jest/globals';
import { filterBody, filterParameters, isEmpty } from './refused-filter.js';
import type { RefusedFilter } from './refused-filter.js';

const every: Required<RefusedFilter> = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  rule: 'price_undefined',
  job: 'es',
  chunk: 'db9e5408e5252827135e',
  instrument: 0,
  symbol: 'ESU4',
  since: '2024-07-01',
  until: '2024-07-02T13:30:00.000000001+02:00',
};
const asked = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  rule: 'price_undefined',
  job_id: 'es',
  chunk_id: 'db9e5408e5252827135e',
  instrument_id: 0,
  symbol: 'ESU4',
  since: '2024-07-01T00:00:00.000000000Z',
  until: '2024-07-02T11:30:00.000000001Z',
};

it('says the same to the gateway in an address and in a command', () => {
  expect(filterBody(every)).toEqual(asked);
  const parameters = filterParameters(every, { by: 'rule', state: undefined, limit: 5 });
  expect(Object.fromEntries(parameters)).toEqual({
    ...asked,
    instrument_id: '0',
    by: 'rule',
    limit: '5',
  });
});

it.each([
  ['2024-07-01T13', '2024-07-01T13:00:00.000000000Z'],
  ['2024-07-01 13:30', '2024-07-01T13:30:00.000000000Z'],
  ['2024-07-01T13:30:00+0200', '2024-07-01T11:30:00.000000000Z'],
  ['1719840600123456789', '2024-07-01T13:30:00.123456789Z'],
])('takes %s as a time', (since, datetime) => {
  expect(filterBody({ since })).toMatchObject({ since: datetime });
});

it('refuses what is no time', () => {
  expect(() => filterParameters({ until: 'yesterday' })).toThrow(
    /'yesterday' is not a time: write/,
  );
});

it('knows when every record is meant', () => {
  expect(isEmpty({})).toBe(true);
  for (const [name, value] of Object.entries(every)) expect(isEmpty({ [name]: value })).toBe(false);
});
