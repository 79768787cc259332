import type { StypeIn } from '@tapeline/contracts';
import type { PoolClient } from 'pg';

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

/** Keeps intervals of symbology; one known already with an earlier end gets the later one. */
export async function saveSymbology(
  client: PoolClient,
  dataset: string,
  intervals: readonly SymbologyInterval[],
): Promise<void> {
  // Planners of several schemas have the same symbols, and would wait for each other's rows in a circle.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `symbology ${dataset}`,
  ]);
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
