import type { Alias } from '../market-source.js';
import type { Instrument } from './instruments.js';

const SYMBOL = /^([A-Z0-9]+)\.([cnv])\.(\d{1,2})$/;

/**
 * What a continuous symbol stands for over time: `c` ranks contracts by expiry, `v` and `n` (volume, open
 * interest) by the calendar of rolls, open interest following volume by a day.
 */
export function continuousAliases(instruments: readonly Instrument[], symbol: string): Alias[] {
  const [, root, rule, digits] = SYMBOL.exec(symbol) ?? [];
  if (root === undefined) return [];
  const chain = instruments
    .filter(({ product, legs, maturity }) => product.root === root && !legs && maturity)
    .toSorted((a, b) => a.expiration - b.expiration);
  const rank = Number(digits);
  // The contract in position p is the one of rank 0 until its own turn ends.
  const turnEnds = chain.map(({ listedTo, rollDate }) => {
    if (rule === 'c') return listedTo;
    return rule === 'v' ? (rollDate as string) : dayAfter(rollDate as string);
  });
  return chain.flatMap(({ id, listedFrom, listedTo }, position) => {
    const first = position - rank;
    if (first < 0) return [];
    const from = latest(turnEnds[first - 1] ?? '0000-01-01', listedFrom);
    const to = earliest(turnEnds[first]!, listedTo);
    return from < to ? [{ instrumentId: id, from, to }] : [];
  });
}

const dayAfter = (date: string): string =>
  Temporal.PlainDate.from(date).add({ days: 1 }).toString();
const latest = (a: string, b: string): string => (a > b ? a : b);
const earliest = (a: string, b: string): string => (a < b ? a : b);
