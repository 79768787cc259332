import { describe, expect, it } from '@jest/globals';
import type { Directory } from './market-source.js';
import { resolveSymbols } from './resolve-symbols.js';
import type { SymbolsRequest } from '@tapeline/historical-api';

const listing = (rawSymbol: string, instrumentId: number, from: string, to: string) => ({
  rawSymbol,
  instrumentId,
  parent: 'ES.FUT',
  from,
  to,
});

/** A symbol that was used twice, as happens on CME after ten years. */
const directory: Directory = {
  listings: [
    listing('ESM5', 7, '2024-07-02', '2024-07-09'),
    listing('ESU4', 5, '2024-07-01', '2024-07-06'),
    listing('ESU4', 5, '2024-07-06', '2024-08-01'),
    listing('NQM5-NQZ5', 691, '2024-07-01', '2024-07-03'),
    listing('NQM5-NQZ5', 42_005_291, '2024-07-08', '2024-07-12'),
  ],
  aliases: (symbol) =>
    symbol === 'ES.c.0'
      ? [
          { instrumentId: 5, from: '2024-07-01', to: '2024-07-04' },
          { instrumentId: 7, from: '2024-07-04', to: '2024-08-01' },
        ]
      : [],
};
const sessions = ['01', '02', '03', '05', '08', '09', '10'].map((day) => ({
  date: `2024-07-${day}`,
  condition: 'available' as const,
}));
const week = {
  stypeIn: 'raw_symbol',
  stypeOut: 'instrument_id',
  from: '2024-07-01',
  to: '2024-07-08',
} as const;

const resolve = (request: Partial<SymbolsRequest> & Pick<SymbolsRequest, 'symbols'>) => {
  const { result, ...rest } = resolveSymbols(directory, sessions, { ...week, ...request });
  const texts = [...result].map(([key, intervals]) => [
    key,
    intervals.map(({ d0, d1, s }) => `${d0}..${d1} ${s}`),
  ]);
  return { result: Object.fromEntries(texts) as unknown, ...rest };
};

describe('resolveSymbols', () => {
  it('joins neighbours and says what is missing', () => {
    expect(resolve({ symbols: ['ESU4', 'ESM5', 'NONE', 'ESU4'] })).toEqual({
      result: {
        ESU4: ['2024-07-01..2024-07-08 5'],
        ESM5: ['2024-07-02..2024-07-08 7'],
      },
      partial: ['ESM5'],
      notFound: ['NONE'],
    });
  });

  it('keeps apart what one symbol meant at different times', () => {
    expect(resolve({ symbols: ['NQM5-NQZ5'], to: '2024-07-11' })).toEqual({
      result: { 'NQM5-NQZ5': ['2024-07-01..2024-07-03 691', '2024-07-08..2024-07-11 42005291'] },
      partial: ['NQM5-NQZ5'],
      notFound: [],
    });
  });

  it('expands parents, follows continuous symbols, and names instruments', () => {
    const parent = resolve({ symbols: ['ES.FUT', 'CL.FUT'], stypeIn: 'parent' });
    expect(parent).toMatchObject({ partial: ['ESM5', 'NQM5-NQZ5'], notFound: ['CL.FUT'] });
    expect(resolve({ symbols: ['ES.c.0', 'ES.c.1'], stypeIn: 'continuous' })).toEqual({
      result: { 'ES.c.0': ['2024-07-01..2024-07-04 5', '2024-07-04..2024-07-08 7'] },
      partial: [],
      notFound: ['ES.c.1'],
    });
    const named = { stypeIn: 'instrument_id', stypeOut: 'raw_symbol' } as const;
    expect(resolve({ symbols: ['5'], ...named }).result).toEqual({
      5: ['2024-07-01..2024-07-08 ESU4'],
    });
  });

  it('finds nothing where there is no session', () => {
    const weekend = { from: '2024-07-06', to: '2024-07-08' };
    expect(resolve({ symbols: ['ESU4'], ...weekend })).toEqual({
      result: {},
      partial: [],
      notFound: ['ESU4'],
    });
  });

  it('refuses what is malformed or not offered', () => {
    const refusal = (problem: string) =>
      expect.objectContaining({ status: 422, problem }) as unknown as Error;
    const invalid = refusal('symbology_invalid_symbol');
    expect(() => resolve({ symbols: ['ES'], stypeIn: 'parent' })).toThrow(invalid);
    expect(() => resolve({ symbols: ['ES.C.0'], stypeIn: 'continuous' })).toThrow(invalid);
    expect(() =>
      resolve({ symbols: ['ES.c.0'], stypeIn: 'continuous', stypeOut: 'raw_symbol' }),
    ).toThrow(refusal('symbology_invalid_request'));
  });
});
