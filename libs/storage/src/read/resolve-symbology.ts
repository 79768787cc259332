import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { StypeIn } from '@tapeline/contracts';
import { parseTimestamp } from '@tapeline/records';
import type { Pool } from 'pg';
import type { Storage } from '../storage.js';
import { splitParent } from './belongs-to-parent.js';
import type { SymbolInterval } from './disjoint-intervals.js';
import { readDatasets } from './held-ranges.js';
import { RAW_STYPES, resolveSymbols } from './resolve-symbols.js';

/** What symbols can be resolved to. */
export const STYPES_OUT = ['instrument_id', 'raw_symbol'] as const;

export interface SymbologyQuery {
  readonly dataset: string;
  readonly stypeIn: StypeIn;
  readonly stypeOut: (typeof STYPES_OUT)[number];
  /** As requested; `['ALL_SYMBOLS']` for every raw symbol. */
  readonly symbols: readonly string[];
  /** UTC dates, `[from, to)`. */
  readonly from: string;
  readonly to: string;
}

/** That a symbol meant `s`, in the stype asked for, on the UTC dates `[d0, d1)`. */
export interface NamedInterval {
  readonly d0: string;
  readonly d1: string;
  readonly s: string;
}

export interface SymbologyAnswer {
  readonly outcome: 'symbology';
  /** By requested symbol, of parents by the raw symbols they expand to; each by day, cut to the range. */
  readonly result: ReadonlyMap<string, readonly NamedInterval[]>;
  /** Keys of the result with days on which they mean nothing that is known. */
  readonly partial: readonly string[];
  /** Requested symbols of which nothing is known in the range. */
  readonly notFound: readonly string[];
}

export type SymbologyOutcome =
  | SymbologyAnswer
  | { readonly outcome: 'unknown-dataset'; readonly known: readonly string[] }
  | { readonly outcome: 'unknown-symbols'; readonly symbols: readonly string[] }
  | { readonly outcome: 'too-many'; readonly most: number };

/** Intervals of an answer to ALL_SYMBOLS. */
const MOST_INTERVALS = 100_000;

interface Named extends NamedInterval {
  readonly key: string;
}

/**
 * What symbols meant day by day, from the symbology that came with the data and from definitions. Nothing known of
 * any of them on any day is another outcome; so are more than 100,000 intervals of ALL_SYMBOLS.
 */
export async function resolveSymbology(
  { pool }: Pick<Storage, 'pool'>,
  query: SymbologyQuery,
): Promise<SymbologyOutcome> {
  const isAll = query.symbols.includes(ALL_SYMBOLS);
  const range = { start: parseTimestamp(query.from), end: parseTimestamp(query.to) };
  const { intervals, unknown } = await resolveSymbols(pool, { ...query, ...range });
  const meant = intervals
    ? [...intervals.values()].flat().map((interval) => clip(interval, query))
    : await readAll(pool, query);
  if (isAll && meant.length > MOST_INTERVALS) return { outcome: 'too-many', most: MOST_INTERVALS };
  const named = await nameIntervals(pool, query, meant);
  const result = new Map(
    [...Map.groupBy(named, ({ key }) => key)].map(([key, own]) => [key, joinNamed(own)]),
  );
  if (result.size === 0) {
    const datasets = await readDatasets(pool);
    const known = [...datasets.keys()];
    if (!datasets.has(query.dataset)) return { outcome: 'unknown-dataset', known };
    if (!isAll && unknown.length === query.symbols.length) {
      return { outcome: 'unknown-symbols', symbols: unknown };
    }
  }
  const found = query.stypeIn === 'parent' ? new Set(meant.map(({ symbol }) => symbol)) : result;
  return {
    outcome: 'symbology',
    result,
    partial: [...result].filter(([, own]) => !covers(own, query)).map(([key]) => key),
    notFound: isAll ? [] : query.symbols.filter((symbol) => !found.has(symbol)),
  };
}

const clip = (
  interval: SymbolInterval,
  { from, to }: Pick<SymbologyQuery, 'from' | 'to'>,
): SymbolInterval => ({
  ...interval,
  d0: interval.d0 > from ? interval.d0 : from,
  d1: interval.d1 < to ? interval.d1 : to,
});

async function readAll(pool: Pool, query: SymbologyQuery): Promise<SymbolInterval[]> {
  const { rows } = await pool.query<{ symbol: string; id: string; d0: string; d1: string }>(
    `SELECT symbol, instrument_id AS id, to_char(d0, 'YYYY-MM-DD') AS d0, to_char(d1, 'YYYY-MM-DD') AS d1
       FROM symbology
      WHERE dataset = $1 AND stype_in = 'raw_symbol' AND d0 < $3::date AND d1 > $2::date
      ORDER BY symbol, d0, instrument_id LIMIT $4`,
    [query.dataset, query.from, query.to, MOST_INTERVALS + 1],
  );
  return rows.map(({ id, ...row }) => clip({ ...row, instrumentId: Number(id) }, query));
}

/** With what the answer is to name: instruments, or the venue's symbols that they had on these days. */
async function nameIntervals(
  pool: Pool,
  { dataset, stypeIn, stypeOut }: SymbologyQuery,
  meant: readonly SymbolInterval[],
): Promise<Named[]> {
  if (stypeIn !== 'parent' && stypeOut === 'instrument_id') {
    return meant.map(({ symbol, instrumentId, d0, d1 }) => {
      return { key: symbol, s: String(instrumentId), d0, d1 };
    });
  }
  const { rows } = await pool.query<{
    symbol: string;
    id: string;
    name: string;
    d0: string;
    d1: string;
  }>(
    `SELECT m.symbol, m.id, s.symbol AS name,
            to_char(greatest(m.d0, s.d0), 'YYYY-MM-DD') AS d0, to_char(least(m.d1, s.d1), 'YYYY-MM-DD') AS d1
       FROM unnest($2::text[], $3::bigint[], $4::date[], $5::date[]) AS m (symbol, id, d0, d1)
       JOIN symbology s ON s.dataset = $1 AND s.stype_in = ANY($6::text[]) AND s.instrument_id = m.id
        AND s.d0 < m.d1 AND s.d1 > m.d0
      ORDER BY s.symbol, 4, m.id`,
    [
      dataset,
      meant.map(({ symbol }) => symbol),
      meant.map(({ instrumentId }) => instrumentId),
      meant.map(({ d0 }) => d0),
      meant.map(({ d1 }) => d1),
      RAW_STYPES,
    ],
  );
  // A parent, too, is kept with the instruments that it meant.
  const own = rows.filter(({ name }) => splitParent(name) === undefined);
  return own.map(({ symbol, id, name, d0, d1 }) =>
    stypeIn === 'parent' ? { key: name, s: id, d0, d1 } : { key: symbol, s: name, d0, d1 },
  );
}

/** Of one key: overlapping or touching days of one meaning become one interval; by day. */
function joinNamed(intervals: readonly NamedInterval[]): NamedInterval[] {
  const joined: NamedInterval[] = [];
  const sorted = intervals.toSorted((a, b) => compare(a.s, b.s) || compare(a.d0, b.d0));
  for (const { s, d0, d1 } of sorted) {
    const last = joined.at(-1);
    if (last?.s !== s || d0 > last.d1) joined.push({ d0, d1, s });
    else if (d1 > last.d1) joined[joined.length - 1] = { ...last, d1 };
  }
  return joined.toSorted((a, b) => compare(a.d0, b.d0) || compare(a.s, b.s));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Whether intervals in order leave no day of the range out. */
function covers(
  intervals: readonly NamedInterval[],
  { from, to }: Pick<SymbologyQuery, 'from' | 'to'>,
): boolean {
  let reached = from;
  for (const { d0, d1 } of intervals) {
    if (d0 > reached) return false;
    if (d1 > reached) reached = d1;
  }
  return reached >= to;
}
