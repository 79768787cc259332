import { expect, it } from '@jest/globals';
import { metadataSymbology } from './metadata-symbology.js';
import type { MappedSymbols } from './metadata-symbology.js';

const metadata = (
  stypeIn: string,
  symbols: string[],
  mapped: [string, string][],
): MappedSymbols => ({
  stypeIn,
  symbols,
  mappings: mapped.map(([rawSymbol, symbol]) => ({
    rawSymbol,
    intervals: [{ startDate: '2024-07-01', endDate: '2024-07-02', symbol }],
  })),
});

const interval = (stypeIn: string, symbol: string, instrumentId: number) => ({
  stypeIn,
  symbol,
  instrumentId,
  d0: '2024-07-01',
  d1: '2024-07-02',
});

it('takes what the symbols meant', () => {
  expect(metadataSymbology(metadata('raw_symbol', ['ESU4'], [['ESU4', '118']]))).toEqual([
    interval('raw_symbol', 'ESU4', 118),
  ]);
  expect(metadataSymbology(metadata('continuous', ['ES.c.0'], [['ES.c.0', '118']]))).toEqual([
    interval('continuous', 'ES.c.0', 118),
  ]);
});

it('turns the roles round where ids were asked for', () => {
  const mapped: [string, string][] = [
    ['118', 'ESU4'],
    ['7', '7'],
  ];
  expect(metadataSymbology(metadata('instrument_id', ['118', '7'], mapped))).toEqual([
    interval('raw_symbol', 'ESU4', 118),
  ]);
});

it('keeps the raw symbols of a parent, and the parent where it is alone', () => {
  const mapped: [string, string][] = [['ESU4-ESZ4', '9']];
  expect(metadataSymbology(metadata('parent', ['ES.FUT'], mapped))).toEqual([
    interval('raw_symbol', 'ESU4-ESZ4', 9),
    interval('parent', 'ES.FUT', 9),
  ]);
  expect(metadataSymbology(metadata('parent', ['ES.FUT', 'NQ.FUT'], mapped))).toEqual([
    interval('raw_symbol', 'ESU4-ESZ4', 9),
  ]);
});

it('skips the empty symbols of old files', () => {
  expect(metadataSymbology(metadata('raw_symbol', ['X'], [['X', '']]))).toEqual([]);
});
