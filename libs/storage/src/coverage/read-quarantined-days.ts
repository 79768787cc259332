import type { PoolClient } from 'pg';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { HoldingsFilter } from './read-holdings.js';

/** Records in quarantine by instrument (EVERY_INSTRUMENT for their sum), then by day. */
export type QuarantinedDays = ReadonlyMap<string, ReadonlyMap<number, number>>;

/** The key of an instrument in {@link QuarantinedDays}. */
export const quarantineKey = (dataset: string, schema: string, instrumentId: number): string =>
  `${dataset} ${schema} ${instrumentId}`;

const DAY = '86400000000000';

/**
 * Counts refused records that are still open. One without a time, or with one outside its chunk (that
 * may be why it was refused), counts on the nearest day of the chunk.
 */
export async function readQuarantinedDays(
  client: PoolClient,
  filter: Pick<HoldingsFilter, 'dataset' | 'schema'>,
): Promise<QuarantinedDays> {
  const { rows } = await client.query<{
    dataset: string;
    schema: string;
    instrument_id: string;
    day: number;
    records: string;
  }>(
    `SELECT q.dataset, q.schema, q.instrument_id, count(*) AS records,
            (greatest(least(coalesce(q.ts_ns, 0), k.end_ns - 1), k.start_ns)::bigint / ${DAY})::int AS day
       FROM quarantine q JOIN chunk k USING (chunk_id)
      WHERE q.state = 'open' AND ($1::text IS NULL OR q.dataset = $1)
        AND ($2::text IS NULL OR q.schema = $2)
      GROUP BY 1, 2, 3, 5`,
    [filter.dataset, filter.schema],
  );
  const days = new Map<string, Map<number, number>>();
  for (const row of rows) {
    for (const id of [Number(row.instrument_id), EVERY_INSTRUMENT]) {
      const key = quarantineKey(row.dataset, row.schema, id);
      const own = days.get(key) ?? new Map<number, number>();
      days.set(key, own.set(row.day, (own.get(row.day) ?? 0) + Number(row.records)));
    }
  }
  return days;
}
