/** What is held and what is missing, from the coverage of complete chunks. */
import type { SchemaName } from '@tapeline/records';
import type { Pool, PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { SymbolInterval } from './disjoint-intervals.js';
import type { SymbolResolution } from './resolve-symbols.js';

/** Nanoseconds of the index timestamp, `[start, end)`. */
export interface HeldTimeRange {
  readonly start: bigint;
  readonly end: bigint;
}

/** A part of a query that is not held. */
export interface Missing extends HeldTimeRange {
  readonly symbol: string;
  /** Null where it is not known which instrument the symbol meant. */
  readonly instrumentId: number | null;
}

/** Coverage counts in signed 64-bit nanoseconds, which end in 2262. */
const LAST_TIME = 2n ** 63n - 1n;
/** A time as coverage can say it. */
export const clampTime = (time: bigint): bigint => (time < LAST_TIME ? time : LAST_TIME);

/** Codes of the datasets of which anything was stored, with their ids. */
export async function readDatasets(client: Pool | PoolClient): Promise<Map<string, number>> {
  const { rows } = await client.query<{ id: number; code: string }>(
    'SELECT id, code FROM dataset ORDER BY code',
  );
  return new Map(rows.map(({ code, id }) => [code, id]));
}

/** Schemas of a dataset of which complete chunks are held. */
export async function heldSchemas(
  storage: Pick<Storage, 'pool'>,
  dataset: string,
): Promise<string[]> {
  const { rows } = await storage.pool.query<{ schema: string }>(
    `SELECT DISTINCT c.schema FROM coverage c JOIN chunk k USING (chunk_id)
      WHERE c.dataset = $1 AND k.state = 'complete' ORDER BY 1`,
    [dataset],
  );
  return rows.map((row) => row.schema);
}

/** From when to when complete chunks hold anything of a schema, whatever is missing between. */
export interface HeldSpan extends HeldTimeRange {
  readonly dataset: string;
  readonly schema: string;
}

/** The spans of all datasets and schemas, in order of their names. */
export async function heldSpans({ pool }: Pick<Storage, 'pool'>): Promise<HeldSpan[]> {
  const { rows } = await pool.query<Record<'dataset' | 'schema' | 'start_ns' | 'end_ns', string>>(
    `SELECT c.dataset, c.schema, min(c.start_ns) AS start_ns, max(c.end_ns) AS end_ns
       FROM coverage c JOIN chunk k USING (chunk_id)
      WHERE k.state = 'complete' GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return rows.map(({ dataset, schema, start_ns: start, end_ns: end }) => {
    return { dataset, schema, start: BigInt(start), end: BigInt(end) };
  });
}

/** Whether a complete chunk holds any part of the range, for the instruments or (undefined) for any. */
export async function anyHeld(
  storage: Pick<Storage, 'pool'>,
  query: { dataset: string; schema: SchemaName; start: bigint; end: bigint },
  instrumentIds: readonly number[] | undefined,
): Promise<boolean> {
  const { rows } = await storage.pool.query<{ held: boolean }>(
    `SELECT EXISTS (
       SELECT FROM coverage c JOIN chunk k USING (chunk_id)
        WHERE c.dataset = $1 AND c.schema = $2 AND k.state = 'complete'
          AND c.start_ns < $3 AND c.end_ns > $4
          AND ($5::bigint[] IS NULL OR c.instrument_id = ANY($5) OR c.instrument_id = $6)) AS held`,
    [
      query.dataset,
      query.schema,
      clampTime(query.end),
      clampTime(query.start),
      instrumentIds,
      EVERY_INSTRUMENT,
    ],
  );
  return rows[0]?.held ?? false;
}

/**
 * Ranges of which something is held for the instruments (all if undefined), joined, in order of time.
 * @param limit most ranges to return, the latest.
 */
export async function heldRanges(
  storage: Pick<Storage, 'pool'>,
  dataset: string,
  schema: SchemaName,
  instrumentIds: readonly number[] | undefined,
  limit: number,
): Promise<HeldTimeRange[]> {
  const { rows } = await storage.pool.query<{ start_ns: string; end_ns: string }>(
    `SELECT lower(held) AS start_ns, upper(held) AS end_ns
       FROM (SELECT unnest(range_agg(int8range(c.start_ns, c.end_ns))) AS held
               FROM coverage c JOIN chunk k USING (chunk_id)
              WHERE c.dataset = $1 AND c.schema = $2 AND k.state = 'complete'
                AND ($3::bigint[] IS NULL OR c.instrument_id = ANY($3) OR c.instrument_id = $4)) AS ranges
      ORDER BY 1 DESC LIMIT $5`,
    [dataset, schema, instrumentIds, EVERY_INSTRUMENT, limit],
  );
  return rows.map((row) => ({ start: BigInt(row.start_ns), end: BigInt(row.end_ns) })).toReversed();
}

/**
 * The parts of a query that are not held: days on which a symbol's instrument is not known, and times
 * of its instruments that no complete chunk covers.
 * @param limit most parts to return, the earliest.
 */
export async function missingParts(
  client: Pool | PoolClient,
  query: { dataset: string; schema: SchemaName; start: bigint; end: bigint },
  { intervals }: SymbolResolution,
  limit: number,
): Promise<Missing[]> {
  const wanted: readonly SymbolInterval[] = intervals
    ? [...intervals.values()].flat()
    : [
        {
          symbol: 'ALL_SYMBOLS',
          instrumentId: EVERY_INSTRUMENT,
          d0: '1970-01-01',
          d1: '2262-01-01',
        },
      ];
  const { rows } = await client.query<{
    symbol: string;
    instrument_id: string | null;
    start_ns: string;
    end_ns: string;
  }>(
    `WITH wanted AS (
       SELECT symbol, instrument_id,
              int8range((extract(epoch FROM least(d0, '2262-01-01')) * 1000000000)::bigint,
                        (extract(epoch FROM least(d1, '2262-01-01')) * 1000000000)::bigint)
                * int8range($3, $4) AS range
         FROM unnest($5::text[], $6::bigint[], $7::date[], $8::date[]) AS w (symbol, instrument_id, d0, d1)),
     asked AS (
       SELECT symbol, instrument_id, range_agg(range) AS ranges FROM wanted GROUP BY 1, 2),
     parts AS (
       SELECT a.symbol, a.instrument_id, a.ranges - coalesce(h.held, '{}') AS missing
         FROM asked a CROSS JOIN LATERAL (
              SELECT range_agg(int8range(c.start_ns, c.end_ns)) AS held
                FROM coverage c JOIN chunk k USING (chunk_id)
               WHERE c.dataset = $1 AND c.schema = $2 AND k.state = 'complete'
                 AND c.instrument_id IN (a.instrument_id, ${EVERY_INSTRUMENT})
                 AND c.start_ns < $4 AND c.end_ns > $3) AS h
       UNION ALL
       SELECT s.symbol, NULL, int8multirange(int8range($3, $4)) -
              coalesce((SELECT range_agg(range) FROM wanted w WHERE w.symbol = s.symbol), '{}')
         FROM unnest($9::text[]) AS s (symbol))
     SELECT symbol, instrument_id, lower(part) AS start_ns, upper(part) AS end_ns
       FROM parts CROSS JOIN LATERAL unnest(missing) AS part
      ORDER BY 3, 1, 2 LIMIT $10`,
    [
      query.dataset,
      query.schema,
      clampTime(query.start),
      clampTime(query.end),
      wanted.map(({ symbol }) => symbol),
      wanted.map(({ instrumentId }) => instrumentId),
      wanted.map(({ d0 }) => d0),
      wanted.map(({ d1 }) => d1),
      intervals ? [...intervals.keys()] : [],
      limit,
    ],
  );
  return rows.map((row) => ({
    symbol: row.symbol,
    instrumentId:
      row.instrument_id === null || Number(row.instrument_id) === EVERY_INSTRUMENT
        ? null
        : Number(row.instrument_id),
    start: BigInt(row.start_ns),
    end: BigInt(row.end_ns),
  }));
}
