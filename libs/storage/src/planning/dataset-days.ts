import type { PoolClient } from 'pg';

/** What Databento says of a UTC day of a dataset. Days without a session are not among them. */
export interface DatasetDay {
  /** `YYYY-MM-DD` */
  readonly date: string;
  /** available, degraded, pending or missing. */
  readonly condition: string;
  /** When the day's data last changed; null if it never did. */
  readonly lastModifiedDate: string | null;
}

/** Keeps what is known of a dataset's days; what is told later goes before. */
export async function saveDatasetDays(
  client: PoolClient,
  dataset: string,
  days: readonly DatasetDay[],
): Promise<void> {
  await client.query(
    `INSERT INTO dataset_day (dataset, date, condition, last_modified)
     SELECT $1, date, condition, modified
       FROM unnest($2::date[], $3::text[], $4::date[]) AS given (date, condition, modified)
      ORDER BY date
     ON CONFLICT (dataset, date) DO UPDATE
       SET condition = excluded.condition, last_modified = excluded.last_modified, seen_at = now()`,
    [
      dataset,
      days.map((day) => day.date),
      days.map((day) => day.condition),
      days.map((day) => day.lastModifiedDate),
    ],
  );
}
