import { describe, expect, it } from '@jest/globals';
import { Problem } from './problem.js';
import { readTimeseriesRequest } from './timeseries-request.js';

const query = {
  dataset: 'GLBX.MDP3',
  schema: 'trades',
  symbols: 'ESH1,ESM1',
  start: '2020-12-28',
};

const refusal = (given: Record<string, unknown>): Problem => {
  try {
    readTimeseriesRequest(given, undefined);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('the request was accepted');
};

describe('an accepted request', () => {
  it('has defaults, and an end one unit of its start later', () => {
    expect(readTimeseriesRequest(query, undefined)).toEqual({
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: ['ESH1', 'ESM1'],
      stypeIn: 'raw_symbol',
      start: 1_609_113_600_000_000_000n,
      end: 1_609_200_000_000_000_000n,
      limit: undefined,
      isDescending: false,
      encoding: 'json',
      compression: 'none',
      price: 'decimal',
      time: 'ns',
      mapSymbols: true,
      manifest: false,
    });
  });

  it('takes repeated symbols together and keeps blanks inside them', () => {
    const symbols = ['ESH1,ESM1', 'SPY   260619C00600000', 'ESH1'];
    expect(readTimeseriesRequest({ ...query, symbols }, undefined).symbols).toEqual([
      'ESH1',
      'ESM1',
      'SPY   260619C00600000',
    ]);
  });

  it('reads times to the nanosecond', () => {
    const times = { start: '1609160400098821953', end: '2020-12-28T13:00:00.098821954Z' };
    const { start, end } = readTimeseriesRequest({ ...query, ...times }, undefined);
    expect([start, end]).toEqual([1_609_160_400_098_821_953n, 1_609_160_400_098_821_954n]);
  });

  it.each([
    [undefined, 'text/csv', 'csv'],
    ['json', 'text/csv', 'json'],
    ['csv', undefined, 'csv'],
    [undefined, '*/*', 'json'],
    [undefined, 'application/vnd.apache.arrow.stream', 'arrow'],
    ['parquet', undefined, 'parquet'],
  ])('with encoding=%s and Accept: %s is answered in %s', (encoding, accept, expected) => {
    const given = encoding === undefined ? query : { ...query, encoding };
    expect(readTimeseriesRequest(given, accept).encoding).toBe(expected);
  });
});

describe('a refused request', () => {
  it('names every missing parameter', () => {
    const { status, members } = refusal({});
    expect(status).toBe(400);
    expect(members['errors']).toEqual([
      { parameter: 'dataset', message: 'is missing' },
      { parameter: 'schema', message: 'is missing' },
      { parameter: 'symbols', message: 'is missing' },
      { parameter: 'start', message: 'is missing' },
    ]);
  });

  it('names unknown parameters and lists the known ones', () => {
    const { message, remedy } = refusal({ ...query, stype_out: 'instrument_id' });
    expect(message).toBe('stype_out: is not a parameter');
    expect(remedy).toContain(
      'dataset, schema, symbols, stype_in, start, end, limit, order, where, page_size, cursor, encoding',
    );
  });

  it.each([
    ['dataset', 'glbx', 400],
    ['dataset', ['GLBX.MDP3', 'GLBX.MDP3'], 400],
    ['schema', 'mbp-5', 400],
    ['symbols', '', 400],
    ['symbols', 'ESH1,,ESM1', 400],
    ['symbols', 'ES\0H1', 400],
    ['symbols', Array.from({ length: 2001 }, (_, i) => `S${i}`).join(','), 400],
    ['stype_in', 'smart', 400],
    ['start', 'yesterday', 400],
    ['start', '2020-12-28T13:00:00.5', 400],
    ['end', '2020-12-28', 422],
    ['end', '2020-12-27', 422],
    ['limit', '0', 400],
    ['limit', '-1', 400],
    ['limit', '1e3', 400],
    ['limit', '9999999999999999', 400],
    ['encoding', 'xml', 400],
    ['where', 'price', 400],
    ['page_size', '10001', 400],
    ['cursor', 'AAAA', 422],
    ['order', 'up', 400],
    ['compression', 'br', 400],
  ])('for %s=%j has status %i and a remedy', (name, value, status) => {
    const problem = refusal({ ...query, [name]: value });
    expect(problem.status).toBe(status);
    expect(problem.remedy).not.toBe('');
  });

  it.each(['ESH1', '4294967296', '-1', '1.5'])('takes no %s for an instrument id', (symbols) => {
    expect(refusal({ ...query, symbols, stype_in: 'instrument_id' }).status).toBe(422);
  });
});
