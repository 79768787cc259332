import type { PoolClient } from 'pg';
import type { SymbologyInterval } from '../planning/symbology-store.js';

/** Adds intervals to the shadow table. The present one's lock is not taken: planners go on meanwhile. */
export async function addSymbology(
  client: PoolClient,
  dataset: string,
  intervals: readonly SymbologyInterval[],
): Promise<void> {
  if (intervals.length === 0) return;
  await client.query(
    `INSERT INTO symbology (dataset, stype_in, symbol, instrument_id, d0, d1)
     SELECT $1, stype_in, symbol, instrument_id, d0, max(d1)
       FROM unnest($2::text[], $3::text[], $4::bigint[], $5::date[], $6::date[])
            AS given (stype_in, symbol, instrument_id, d0, d1)
      WHERE d0 < d1 GROUP BY stype_in, symbol, instrument_id, d0
     ON CONFLICT (dataset, stype_in, symbol, instrument_id, d0)
     DO UPDATE SET d1 = greatest(symbology.d1, excluded.d1)`,
    [
      dataset,
      intervals.map(({ stypeIn }) => stypeIn),
      intervals.map(({ symbol }) => symbol),
      intervals.map(({ instrumentId }) => instrumentId),
      intervals.map(({ d0 }) => d0),
      intervals.map(({ d1 }) => d1),
    ],
  );
}

/** Adds what stored definitions say, and joins days in a row: each symbol's days in as few rows as there can be. */
export async function completeSymbology(client: PoolClient): Promise<void> {
  await client.query(
    `CREATE TEMP TABLE joined_symbology ON COMMIT DROP AS
     SELECT dataset, stype_in, symbol, instrument_id, unnest(range_agg(days)) AS days
       FROM (SELECT dataset, stype_in, symbol, instrument_id, daterange(d0, d1) AS days FROM symbology
             UNION ALL
             SELECT code, 'raw_symbol', raw_symbol, instrument_id, daterange(day, day + 1)
               FROM (SELECT DISTINCT dataset_id, raw_symbol, instrument_id, (ts_recv AT TIME ZONE 'UTC')::date AS day
                       FROM definition
                      WHERE raw_symbol <> '' AND security_update_action IS DISTINCT FROM 'D') defined
               JOIN dataset ON dataset.id = dataset_id) known
      GROUP BY dataset, stype_in, symbol, instrument_id`,
  );
  await client.query('DELETE FROM symbology');
  await client.query(
    `INSERT INTO symbology (dataset, stype_in, symbol, instrument_id, d0, d1)
     SELECT dataset, stype_in, symbol, instrument_id, lower(days), upper(days) FROM joined_symbology`,
  );
}
