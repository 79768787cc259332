import type { Storage } from '../storage.js';

/** Dollars of a UTC month. */
export interface MonthSpend {
  /** `YYYY-MM` */
  readonly month: string;
  readonly spentUsd: number;
  /** Quoted for jobs under way and not spent yet. */
  readonly committedUsd: number;
}

/** What has been spent this month, and what jobs under way may still spend. */
export async function readMonthSpend(storage: Pick<Storage, 'pool'>): Promise<MonthSpend> {
  const { rows } = await storage.pool.query<{ month: string; spent: string; committed: string }>(
    `SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM') AS month,
            (SELECT coalesce(sum(usd), 0) FROM spend
              WHERE date_trunc('month', at AT TIME ZONE 'UTC') = date_trunc('month', now() AT TIME ZONE 'UTC')) AS spent,
            (SELECT coalesce(sum(greatest((quote ->> 'usd')::numeric - coalesce(
                      (SELECT sum(usd) FROM spend WHERE spend.job_id = job.job_id), 0), 0)), 0)
               FROM job WHERE state IN ('accepted', 'running', 'cancelling') AND quote IS NOT NULL) AS committed`,
  );
  const row = rows[0]!;
  return {
    month: row.month,
    spentUsd: Number(row.spent),
    committedUsd: Number(row.committed),
  };
}
