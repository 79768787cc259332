import { expect, it } from '@jest/globals';
import { belongsToParent } from './belongs-to-parent.js';

it.each([
  ['ESH1', 'ES.FUT'],
  ['ESZ2029', 'ES.FUT'],
  ['ESH1-ESM1', 'ES.FUT'],
  ['ES:BF H1-M1-U1', 'ES.FUT'],
  ['ESM4 C5000', 'ES.OPT'],
  ['ESM4 P5000.5', 'ES.OPT'],
  ['SPY   260619C00600000', 'SPY.OPT'],
])('%s is of %s', (symbol, parent) => {
  expect(belongsToParent(symbol, parent)).toBe(true);
});

it.each([
  ['ESH1', 'ES.OPT'],
  ['ESM4 C5000', 'ES.FUT'],
  ['ESH1', 'E.FUT'],
  ['ESGH1', 'ES.FUT'],
  ['ESH1-NQH1', 'ES.FUT'],
  ['MESH1', 'ES.FUT'],
  ['SPYG  260619C00600000', 'SPY.OPT'],
  ['ESH1', 'ES'],
  ['ESH1', 'ES.c.0'],
  ['E.FUTH1', '.*.FUT'],
])('%s is not of %s', (symbol, parent) => {
  expect(belongsToParent(symbol, parent)).toBe(false);
});
