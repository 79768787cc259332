import { describe, expect, it } from '@jest/globals';
import { SyntheticMarket } from './synthetic-market.js';

const market = new SyntheticMarket({ seed: 1, tradesPerDay: 1_000 });
const directory = market.directory('GLBX.MDP3');
const { listings } = directory;
const listing = (symbol: string) => listings.find(({ rawSymbol }) => rawSymbol === symbol);

describe('contracts', () => {
  // The day after each contract's real last trading day.
  it.each([
    ['ESH4', '2024-03-16'],
    ['ESM5', '2025-06-21'],
    ['CLQ4', '2024-07-23'],
    ['CLG5', '2025-01-22'],
    ['NGQ4', '2024-07-30'],
    ['NGZ4', '2024-11-27'],
    ['ESM6', '2026-06-19'],
    ['HOQ4', '2024-08-01'],
    ['RBF5', '2025-01-01'],
  ])('%s is listed until its last trading day', (symbol, to) => {
    expect(listing(symbol)).toMatchObject({ to });
  });

  it('lists four contracts and one calendar spread of every root, at any time', () => {
    for (const { date } of market.conditions('GLBX.MDP3')) {
      const listed = listings.filter(({ from, to }) => from <= date && to > date);
      const count = (pattern: RegExp) =>
        listed.filter(({ rawSymbol }) => pattern.test(rawSymbol)).length;
      for (const root of ['ES', 'CL', 'NG', 'HO', 'RB']) {
        // When a contract expires its successor comes with the next session: the same evening, or
        // after the weekend.
        expect([3, 4, 5]).toContain(count(new RegExp(`^${root}[A-Z]\\d$`)));
        expect([0, 1, 2]).toContain(count(new RegExp(`^${root}[A-Z]\\d-`)));
      }
    }
  });

  it('gives every instrument an id of its own', () => {
    const ids = listings.map(({ instrumentId }) => instrumentId);
    expect(new Set(ids).size).toBe(ids.length);
    const other = new SyntheticMarket({ seed: 2, tradesPerDay: 5 });
    expect(other.directory('GLBX.MDP3').listings).toEqual(listings);
  });
});

describe('continuous symbols', () => {
  const at = (symbol: string, date: string) => {
    const alias = directory.aliases(symbol).find(({ from, to }) => from <= date && to > date);
    return listings.find(({ instrumentId }) => instrumentId === alias?.instrumentId)?.rawSymbol;
  };

  it('follow expiry, volume and open interest', () => {
    expect(at('ES.c.0', '2024-03-15')).toBe('ESH4');
    expect(at('ES.c.0', '2024-03-16')).toBe('ESM4');
    expect(at('ES.v.0', '2024-03-06')).toBe('ESH4');
    expect(at('ES.v.0', '2024-03-07')).toBe('ESM4');
    expect(at('ES.n.0', '2024-03-07')).toBe('ESH4');
    expect(at('ES.n.0', '2024-03-08')).toBe('ESM4');
    expect(at('CL.c.2', '2024-07-01')).toBe('CLV4');
  });

  it('mean one contract at a time, without overlap', () => {
    for (const symbol of ['ES.c.0', 'ES.c.1', 'CL.v.0', 'NG.n.1', 'RB.c.3']) {
      const spans = directory.aliases(symbol);
      expect(spans.length).toBeGreaterThan(5);
      const overlap = spans.some(({ from }, index) => from < (spans[index - 1]?.to ?? ''));
      expect(overlap).toBe(false);
    }
    expect(directory.aliases('XX.c.0')).toEqual([]);
    expect(directory.aliases('ES.x.0')).toEqual([]);
  });
});
