/**
 * What symbols meant on the days of a range, from the symbology that came with the data. Symbols are
 * reused over the years, so nothing here goes by a symbol without its days.
 */
import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { StypeIn } from '@tapeline/contracts';
import { utcDate } from '@tapeline/records';
import type { Pool, PoolClient } from 'pg';
import { belongsToParent, splitParent } from './belongs-to-parent.js';
import type { SymbolInterval } from './disjoint-intervals.js';

export interface SymbolQuery {
  readonly dataset: string;
  readonly stypeIn: StypeIn;
  readonly symbols: readonly string[];
  /** Nanoseconds, `[start, end)`. */
  readonly start: bigint;
  readonly end: bigint;
}

export interface SymbolResolution {
  /**
   * By requested symbol in the order of the request, each joined where they touch and ordered by day;
   * undefined for ALL_SYMBOLS. A symbol known on other days only has none.
   */
  readonly intervals: ReadonlyMap<string, readonly SymbolInterval[]> | undefined;
  /** Requested symbols of which nothing is known on any day. */
  readonly unknown: readonly string[];
}

interface SymbologyRow {
  symbol: string;
  instrument_id: string;
  d0: string;
  d1: string;
}

/** Parents are expanded from raw symbols; raw symbols also stand in the expansion of a parent. */
export const RAW_STYPES = ['raw_symbol', 'parent'];

const ROWS = `SELECT symbol, instrument_id, to_char(d0, 'YYYY-MM-DD') AS d0, to_char(d1, 'YYYY-MM-DD') AS d1
  FROM symbology
 WHERE dataset = $1 AND stype_in = ANY($2::text[]) AND d0 <= $3::date AND d1 > $4::date`;

/** Resolves symbols as of each UTC day. Instrument ids mean themselves on every day. */
export async function resolveSymbols(
  client: Pool | PoolClient,
  query: SymbolQuery,
): Promise<SymbolResolution> {
  const { symbols, stypeIn } = query;
  if (symbols.includes(ALL_SYMBOLS)) return { intervals: undefined, unknown: [] };
  const d0 = utcDate(query.start);
  const lastDay = utcDate(query.end - 1n);
  const found = new Map(symbols.map((symbol) => [symbol, [] as SymbolInterval[]]));
  if (stypeIn === 'instrument_id') {
    const d1 = Temporal.PlainDate.from(lastDay).add({ days: 1 }).toString();
    for (const [symbol, own] of found) {
      own.push({ symbol, instrumentId: Number(symbol), d0, d1 });
    }
    return { intervals: found, unknown: [] };
  }
  const stypes = stypeIn === 'raw_symbol' ? RAW_STYPES : [stypeIn];
  const { rows } = await client.query<SymbologyRow>(`${ROWS} AND symbol = ANY($5::text[])`, [
    query.dataset,
    stypes,
    lastDay,
    d0,
    symbols,
  ]);
  for (const row of rows) found.get(row.symbol)?.push(interval(row.symbol, row));
  if (stypeIn === 'parent') {
    for (const [parent, own] of found) {
      const root = splitParent(parent)?.root;
      if (root === undefined) continue;
      const expanded = await client.query<SymbologyRow>(`${ROWS} AND starts_with(symbol, $5)`, [
        query.dataset,
        RAW_STYPES,
        lastDay,
        d0,
        root,
      ]);
      for (const row of expanded.rows) {
        if (belongsToParent(row.symbol, parent)) own.push(interval(parent, row));
      }
    }
  }
  const intervals = new Map([...found].map(([symbol, own]) => [symbol, joinIntervals(own)]));
  const unresolved = symbols.filter((symbol) => intervals.get(symbol)?.length === 0);
  return { intervals, unknown: await neverKnown(client, query, unresolved) };
}

const interval = (symbol: string, row: SymbologyRow): SymbolInterval => ({
  symbol,
  instrumentId: Number(row.instrument_id),
  d0: row.d0,
  d1: row.d1,
});

/** Of one symbol: overlapping or touching days of one instrument become one interval. */
function joinIntervals(intervals: readonly SymbolInterval[]): SymbolInterval[] {
  const joined: SymbolInterval[] = [];
  const sorted = intervals.toSorted(
    (a, b) => a.instrumentId - b.instrumentId || (a.d0 < b.d0 ? -1 : 1),
  );
  for (const next of sorted) {
    const last = joined.at(-1);
    if (last?.instrumentId === next.instrumentId && next.d0 <= last.d1) {
      if (next.d1 > last.d1) joined[joined.length - 1] = { ...last, d1: next.d1 };
    } else {
      joined.push(next);
    }
  }
  return joined.toSorted((a, b) => (a.d0 < b.d0 ? -1 : a.d0 > b.d0 ? 1 : 0));
}

async function neverKnown(
  client: Pool | PoolClient,
  { dataset, stypeIn }: SymbolQuery,
  unresolved: readonly string[],
): Promise<string[]> {
  const unknown: string[] = [];
  for (const symbol of unresolved) {
    const { rows } = await client.query<{ symbol: string }>(
      stypeIn === 'parent'
        ? `SELECT symbol FROM symbology
            WHERE dataset = $1 AND (stype_in = 'parent' AND symbol = $2
               OR stype_in = ANY($3::text[]) AND starts_with(symbol, $4))`
        : `SELECT symbol FROM symbology
            WHERE dataset = $1 AND symbol = $2 AND stype_in = ANY($3::text[]) LIMIT 1`,
      stypeIn === 'parent'
        ? [dataset, symbol, RAW_STYPES, splitParent(symbol)?.root ?? symbol]
        : [dataset, symbol, stypeIn === 'raw_symbol' ? RAW_STYPES : [stypeIn]],
    );
    const known = rows.some(
      (row) =>
        row.symbol === symbol || (stypeIn === 'parent' && belongsToParent(row.symbol, symbol)),
    );
    if (!known) unknown.push(symbol);
  }
  return unknown;
}
