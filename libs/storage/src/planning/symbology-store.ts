import type { StypeIn } from '@tapeline/contracts';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';

/** Which instrument a symbol meant on which days. */
export interface SymbologyInterval {
  readonly stypeIn: StypeIn;
  readonly symbol: string;
  readonly instrumentId: number;
  /** UTC dates `YYYY-MM-DD`, `[d0, d1)`. */
  readonly d0: string;
  readonly d1: string;
}

const ROWS_PER_STATEMENT = 10_000;

/** Of the instruments those whose venue's symbol is not known on all days of `[d0, d1)`. */
export async function readUnnamed(
  storage: Storage,
  dataset: string,
  instrumentIds: readonly number[],
  d0: string,
  d1: string,
): Promise<number[]> {
  const { rows } = await storage.pool.query<{ id: string }>(
    `SELECT id FROM unnest($2::bigint[]) AS id
      WHERE NOT daterange($3, $4) <@ coalesce(
        (SELECT range_agg(daterange(d0, d1)) FROM symbology
          WHERE dataset = $1 AND instrument_id = id AND stype_in = 'raw_symbol'), '{}')
      ORDER BY id`,
    [dataset, instrumentIds, d0, d1],
  );
  return rows.map((row) => Number(row.id));
}

/** Keeps intervals of symbology in a transaction of their own. */
export const keepSymbology = (
  storage: Storage,
  dataset: string,
  intervals: readonly SymbologyInterval[],
): Promise<void> => storage.transaction((client) => saveSymbology(client, dataset, intervals));

/** Keeps what definitions say: the venue's symbol of an instrument on a UTC day. */
export async function saveDefinedSymbols(
  client: PoolClient,
  dataset: string,
  defined: readonly Pick<SymbologyInterval, 'symbol' | 'instrumentId' | 'd0'>[],
): Promise<void> {
  await lockSymbology(client, dataset);
  await client.query(
    `WITH given AS (
       SELECT DISTINCT symbol, instrument_id, day
         FROM unnest($2::text[], $3::bigint[], $4::date[]) AS given (symbol, instrument_id, day)),
     extended AS (
       UPDATE symbology s SET d1 = day + 1 FROM given
        WHERE s.dataset = $1 AND s.stype_in = 'raw_symbol' AND s.symbol = given.symbol
          AND s.instrument_id = given.instrument_id AND s.d1 = day)
     INSERT INTO symbology (dataset, stype_in, symbol, instrument_id, d0, d1)
     SELECT $1, 'raw_symbol', symbol, instrument_id, day, day + 1 FROM given
      WHERE NOT EXISTS (
        SELECT FROM symbology s
         WHERE s.dataset = $1 AND s.stype_in = 'raw_symbol' AND s.symbol = given.symbol
           AND s.instrument_id = given.instrument_id AND s.d0 <= day AND s.d1 >= day)
     ON CONFLICT DO NOTHING`,
    [
      dataset,
      defined.map((row) => row.symbol),
      defined.map((row) => row.instrumentId),
      defined.map((row) => row.d0),
    ],
  );
}

/** Planners of several schemas have the same symbols, and would wait for each other's rows in a circle. */
const lockSymbology = (client: PoolClient, dataset: string) =>
  client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`symbology ${dataset}`]);

/** Keeps intervals of symbology; one known already with an earlier end gets the later one. */
export async function saveSymbology(
  client: PoolClient,
  dataset: string,
  intervals: readonly SymbologyInterval[],
): Promise<void> {
  await lockSymbology(client, dataset);
  for (let at = 0; at < intervals.length; at += ROWS_PER_STATEMENT) {
    const rows = intervals.slice(at, at + ROWS_PER_STATEMENT);
    await client.query(
      `INSERT INTO symbology (dataset, stype_in, symbol, instrument_id, d0, d1)
       SELECT $1, stype_in, symbol, instrument_id, d0, max(d1)
         FROM unnest($2::text[], $3::text[], $4::bigint[], $5::date[], $6::date[])
              AS given (stype_in, symbol, instrument_id, d0, d1)
        GROUP BY stype_in, symbol, instrument_id, d0
       ON CONFLICT (dataset, stype_in, symbol, instrument_id, d0)
       DO UPDATE SET d1 = greatest(symbology.d1, excluded.d1)`,
      [
        dataset,
        rows.map((row) => row.stypeIn),
        rows.map((row) => row.symbol),
        rows.map((row) => row.instrumentId),
        rows.map((row) => row.d0),
        rows.map((row) => row.d1),
      ],
    );
  }
}
