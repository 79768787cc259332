import { describe, expect, it } from '@jest/globals';
import { ApiError, FieldsError } from './api-error.js';
import { describeError } from './describe-error.js';
import { parseOutput, parseRange } from './range-request.js';
import { checkSymbols } from './symbols.js';
import { warningHeader } from './warning-header.js';

const least = { dataset: 'GLBX.MDP3', start: '2024-07-01' };
const fault = (task: () => unknown): unknown => {
  try {
    task();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
};

describe('a range', () => {
  it("has Databento's defaults", () => {
    expect(parseRange(least)).toEqual({
      dataset: 'GLBX.MDP3',
      schema: 'trades',
      symbols: ['ALL_SYMBOLS'],
      stypeIn: 'raw_symbol',
      stypeOut: 'instrument_id',
      start: 1_719_792_000_000_000_000n,
      end: 1_719_878_400_000_000_000n,
      limit: undefined,
    });
    expect(parseOutput({})).toEqual({
      encoding: 'csv',
      compression: 'none',
      pretty_px: false,
      pretty_ts: false,
      map_symbols: false,
    });
  });

  it('keeps every nanosecond, and the blanks of symbols', () => {
    const given = {
      ...least,
      start: '1719792000000000001',
      end: '2024-07-01T00:00:00.000000003+00:00',
      symbols: 'SPY   260619C00600000,UD:1V: BO 2864311',
      limit: '9007199254740991',
    };
    expect(parseRange(given)).toMatchObject({
      start: 1_719_792_000_000_000_001n,
      end: 1_719_792_000_000_000_003n,
      symbols: ['SPY   260619C00600000', 'UD:1V: BO 2864311'],
      limit: Number.MAX_SAFE_INTEGER,
    });
    // No end follows from nanoseconds.
    expect(parseRange({ ...least, start: '1719792000000000001' }).end).toBeUndefined();
  });

  it.each([
    [{ start: 'yesterday' }, 'start'],
    [{ end: '2024-02-30' }, 'end'],
    [{ limit: '0' }, 'limit'],
    [{ limit: '1.5' }, 'limit'],
    [{ symbols: ',' }, 'symbols'],
    [{ symbols: 'ES\u0000' }, 'symbols'],
    [{ symbols: 'E'.repeat(71) }, 'symbols'],
    [{ symbols: Array.from({ length: 2001 }, (_, id) => id).join(',') }, 'symbols'],
    [{ stype_in: 'isin' }, 'stype_in'],
    [{ dataset: ['GLBX.MDP3', 'XNAS.ITCH'] }, 'dataset'],
  ])('with %j is refused by the name of its field', (fields, name) => {
    const error = fault(() => parseRange({ ...least, ...fields }));
    expect(describeError(error, 'POST')).toEqual({
      status: 422,
      detail: [{ loc: ['body', name], msg: expect.any(String), type: expect.any(String) }],
    });
  });

  it.each(['1', 'true', 'True'])('takes flags as official clients write them: %s', (text) => {
    expect(parseOutput({ pretty_px: text })).toMatchObject({ pretty_px: true, pretty_ts: false });
  });
});

it('refuses what symbology does not offer', () => {
  const check = (
    stypeIn: 'parent' | 'continuous',
    symbol: string,
    stypeOut: 'raw_symbol' | 'instrument_id',
  ) => checkSymbols({ symbols: [symbol], stypeIn, stypeOut });
  expect(fault(() => check('continuous', 'ES.c.0', 'raw_symbol'))).toMatchObject({
    problem: 'symbology_invalid_request',
  });
  expect(fault(() => check('parent', 'ES', 'instrument_id'))).toMatchObject({
    problem: 'symbology_invalid_symbol',
  });
  expect(check('parent', 'ES.FUT', 'instrument_id')).toBeUndefined();
});

it('writes refusals as the API does, and leaves other errors to others', () => {
  const error = new ApiError(422, 'data_not_held', 'Not held.', { held: [] });
  expect(describeError(error, 'GET')).toEqual({
    status: 422,
    detail: {
      case: 'data_not_held',
      message: 'Not held.',
      status_code: 422,
      docs: 'https://databento.com/docs',
      payload: { held: [] },
    },
  });
  const fields = new FieldsError([{ name: 'start', message: 'is missing', type: 'value_error' }]);
  expect(describeError(fields, 'GET')).toMatchObject({ detail: [{ loc: ['query', 'start'] }] });
  expect(describeError(new Error('a bug'), 'GET')).toBeUndefined();
});

it('warns in the ASCII of headers', () => {
  const text = warningHeader(['café "x"']);
  expect(text).toMatch(/^[\x20-\x7e]+$/);
  expect(JSON.parse(text)).toEqual(['Warning: café "x"']);
});
