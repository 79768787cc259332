import type { DatasetDay } from '../planning/dataset-days.js';
import type { Storage } from '../storage.js';

/**
 * The days of a dataset that have a session, in order: those that Databento listed, with what it said of them, and those
 * on which a stored batch begins or ends, of which it was never asked.
 */
export async function readDatasetDays(
  { pool }: Pick<Storage, 'pool'>,
  dataset: string,
): Promise<DatasetDay[]> {
  const { rows } = await pool.query<{ date: string; condition: string; modified: string | null }>(
    `WITH stored AS (
       SELECT DISTINCT (to_timestamp(div(ns, 1000000000)) AT TIME ZONE 'UTC')::date AS date
         FROM ledger CROSS JOIN LATERAL (VALUES (first_ns), (last_ns)) AS t (ns)
        WHERE dataset = $1 AND stored > 0 AND ns < 2 ^ 63)
     SELECT to_char(coalesce(d.date, s.date), 'YYYY-MM-DD') AS date, coalesce(d.condition, 'available') AS condition,
            to_char(d.last_modified, 'YYYY-MM-DD') AS modified
       FROM (SELECT * FROM dataset_day WHERE dataset = $1) d FULL JOIN stored s USING (date)
      ORDER BY 1`,
    [dataset],
  );
  return rows.map(({ date, condition, modified }) => {
    return { date, condition, lastModifiedDate: modified };
  });
}
