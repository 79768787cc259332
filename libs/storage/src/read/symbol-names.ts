import type { ColumnarBatch } from '@tapeline/records';
import { instrumentDays, NO_DAY } from '../lookups/instrument-days.js';
import type { InstrumentDay, InstrumentDays } from '../lookups/instrument-days.js';
import { readSymbols } from '../lookups/read-symbols.js';
import { RecentValues } from '../lookups/recent-values.js';
import type { Storage } from '../storage.js';
import type { SymbolInterval } from './disjoint-intervals.js';

/** The symbol of each record of a batch: `names[slots[row]]`, null where none is known. */
export interface RowSymbols {
  readonly names: readonly (string | null)[];
  readonly slots: Uint32Array;
}

/** Tells the symbols of a batch as of each record's UTC day. */
export type SymbolNames = (batch: ColumnarBatch) => Promise<RowSymbols>;

type NamesOf = (pairs: readonly InstrumentDay[]) => Promise<(string | null)[]>;

/** Tells which instruments a batch has on which days. */
type DaysOf = (batch: ColumnarBatch) => InstrumentDays;

const namesBy =
  (namesOf: NamesOf, daysOf: DaysOf): SymbolNames =>
  async (batch) => {
    const { pairs, slots } = daysOf(batch);
    const names = await namesOf(pairs);
    if (!slots.includes(NO_DAY)) return { names, slots };
    const nameless = slots.map((slot) => (slot === NO_DAY ? names.length : slot));
    return { names: [...names, null], slots: nameless };
  };

const DAY_MS = 86_400_000;
const dayNumber = (date: string): number => Date.parse(date) / DAY_MS;

/**
 * The symbols by which instruments were asked for.
 * @param intervals disjoint.
 * @param daysOf by which days; those of the index timestamp by default.
 */
export function requestedNames(
  intervals: readonly SymbolInterval[],
  daysOf: DaysOf = instrumentDays,
): SymbolNames {
  const byInstrument = Map.groupBy(intervals, ({ instrumentId }) => instrumentId);
  const days = new Map(
    [...byInstrument].map(([instrumentId, own]) => [
      instrumentId,
      own.map(({ symbol, d0, d1 }) => ({ symbol, d0: dayNumber(d0), d1: dayNumber(d1) })),
    ]),
  );
  return namesBy(
    (pairs) =>
      Promise.resolve(
        pairs.map(
          ({ instrumentId, day }) =>
            days.get(instrumentId)?.find(({ d0, d1 }) => d0 <= day && day < d1)?.symbol ?? null,
        ),
      ),
    daysOf,
  );
}

/** Instruments and days whose symbols are remembered. */
const MOST_REMEMBERED = 100_000;

export interface VenueNamesOptions {
  /** By which days; those of the index timestamp by default. */
  readonly daysOf?: DaysOf;
  /** Milliseconds for which a symbol, or that none is known, is remembered; for ever by default. */
  readonly lifetime?: number;
}

/** The venue's symbols of whatever comes; where an instrument has several on one day the first in order. */
export function venueNames(
  storage: Pick<Storage, 'pool'>,
  dataset: string,
  { daysOf = instrumentDays, lifetime = Infinity }: VenueNamesOptions = {},
): SymbolNames {
  const now = (): number => performance.now();
  const recent = new RecentValues<string | null>(MOST_REMEMBERED, lifetime, now);
  return namesBy(async (pairs) => {
    const keys = pairs.map(({ instrumentId, day }) => `${day} ${instrumentId}`);
    const known = keys.map((key) => recent.get(key));
    const missing = pairs.filter((_, index) => known[index] === undefined);
    const found =
      missing.length === 0
        ? []
        : await readSymbols(
            storage,
            dataset,
            missing.map(({ instrumentId }) => instrumentId),
            missing.map(({ day }) => day),
          );
    let next = 0;
    return keys.map((key, index) => {
      const name = known[index] ? known[index].value : found[next++]!;
      recent.set(key, name);
      return name;
    });
  }, daysOf);
}
