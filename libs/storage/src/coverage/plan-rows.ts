import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { SchemaName } from '@tapeline/records';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { SymbolInterval } from '../read/disjoint-intervals.js';
import type { DayRange } from './coverage-row.js';
import { dayFrom, dayNumber, dayOf } from './day-number.js';
import type { Holdings } from './read-holdings.js';
import { instrumentKey } from './read-raw-symbols.js';
import type { RawSymbol } from './read-raw-symbols.js';

/** Days on which a row is about an instrument. */
export interface Piece extends DayRange {
  readonly instrumentId: number;
  readonly rawSymbol: string | null;
}

/** A row of which it is not said yet what is held. */
export interface PlannedRow {
  readonly dataset: string;
  readonly schema: SchemaName;
  readonly symbol: string;
  readonly pieces: readonly Piece[];
}

type RawSymbols = ReadonlyMap<string, readonly RawSymbol[]>;

/**
 * A row for each raw symbol of the instruments that are held, with the days on which it was theirs;
 * an instrument whose symbol nobody told goes by its id.
 */
export function rowsOfHoldings(
  holdings: readonly Holdings[],
  rawSymbols: RawSymbols,
): PlannedRow[] {
  const rows = new Map<string, PlannedRow & { readonly pieces: Piece[] }>();
  for (const own of holdings) {
    const { dataset, schema, instrumentId } = own;
    const ranges = [...own.held, ...own.pending].map(({ start, end }) => ({
      from: dayOf(start),
      to: dayFrom(end),
    }));
    const hull = {
      from: Math.min(...ranges.map(({ from }) => from)),
      to: Math.max(...ranges.map(({ to }) => to)),
    };
    for (const piece of cutBySymbol(instrumentId, hull, dataset, rawSymbols)) {
      if (!ranges.some(({ from, to }) => from < piece.to && piece.from < to)) continue;
      const every = instrumentId === EVERY_INSTRUMENT;
      const symbol = every ? ALL_SYMBOLS : (piece.rawSymbol ?? String(instrumentId));
      const key = `${dataset} ${schema} ${symbol}`;
      const row = rows.get(key) ?? { dataset, schema, symbol, pieces: [] };
      row.pieces.push(piece);
      rows.set(key, row);
    }
  }
  return [...rows.values()];
}

/** A row for each schema and symbol, with the days on which the symbol meant an instrument. */
export function rowsOfSymbols(
  dataset: string,
  schemas: readonly SchemaName[],
  intervals: ReadonlyMap<string, readonly SymbolInterval[]>,
  rawSymbols: RawSymbols,
): PlannedRow[] {
  return [...intervals].flatMap(([symbol, own]) => {
    const pieces = own.flatMap(({ instrumentId, d0, d1 }) => {
      const days = { from: dayNumber(d0), to: dayNumber(d1) };
      return cutBySymbol(instrumentId, days, dataset, rawSymbols);
    });
    return schemas.map((schema) => ({ dataset, schema, symbol, pieces }));
  });
}

/** Cuts days of an instrument where its symbol changed. */
function cutBySymbol(
  instrumentId: number,
  { from, to }: DayRange,
  dataset: string,
  rawSymbols: RawSymbols,
): Piece[] {
  const pieces: Piece[] = [];
  let day = from;
  const cut = (end: number, rawSymbol: string | null): void => {
    if (end > day) pieces.push({ instrumentId, rawSymbol, from: day, to: end });
    day = Math.max(day, end);
  };
  for (const mapped of rawSymbols.get(instrumentKey(dataset, instrumentId)) ?? []) {
    cut(Math.min(mapped.from, to), null);
    cut(Math.min(mapped.to, to), mapped.symbol);
  }
  cut(to, null);
  return pieces;
}
