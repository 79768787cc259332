import type { Storage } from '../storage.js';

/** The UTC dates of `[from, to)` of whose data Databento said that they are degraded, in order. */
export async function readDegradedDays(
  { pool }: Pick<Storage, 'pool'>,
  dataset: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<string[]> {
  const { rows } = await pool.query<{ date: string }>(
    `SELECT to_char(date, 'YYYY-MM-DD') AS date FROM dataset_day
      WHERE dataset = $1 AND condition = 'degraded' AND date >= $2 AND date < $3 ORDER BY 1`,
    [dataset, from, to],
  );
  return rows.map(({ date }) => date);
}
