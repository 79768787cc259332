import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import { BOUGHT } from '../planning/bought.js';
import { EVERY_INSTRUMENT } from '../planning/coverage-claim.js';
import type { HeldTimeRange } from '../read/held-ranges.js';
import type { DayRange } from './coverage-row.js';
import { parseMultirange } from './parse-multirange.js';

/** What is held and claimed of one instrument of a dataset and schema, joined and in order of time. */
export interface Holdings {
  readonly dataset: string;
  readonly schema: SchemaName;
  /** EVERY_INSTRUMENT for what ALL_SYMBOLS chunks hold. */
  readonly instrumentId: number;
  /** By complete chunks. */
  readonly held: readonly HeldTimeRange[];
  /** By chunks that are planned or being fetched. */
  readonly pending: readonly HeldTimeRange[];
  /** Days held that Databento changed after they were bought. */
  readonly stale: readonly DayRange[];
}

export interface HoldingsFilter {
  readonly dataset: string | undefined;
  readonly schema: string | undefined;
  /** Undefined for all. */
  readonly instrumentIds: readonly number[] | undefined;
  readonly from: number;
  readonly to: number;
  readonly stale: boolean;
}

interface HoldingsRow {
  readonly dataset: string;
  readonly schema: SchemaName;
  readonly instrument_id: string;
  readonly held: string | null;
  readonly pending: string | null;
  readonly stale: string | null;
  readonly total: string;
}

const DAY = '86400000000000';

/**
 * Reads claims, joined per instrument: its cost grows with the claims, and not with the days.
 * What holds every instrument comes first, whether it is stale or not: it counts for all others.
 * @param limit most instruments, those with the most claims of each dataset and schema.
 * @returns the holdings, and of how many instruments there are any.
 */
export async function readHoldings(
  client: PoolClient,
  filter: HoldingsFilter,
  limit: number,
): Promise<{ readonly holdings: Holdings[]; readonly total: number }> {
  const { rows } = await client.query<HoldingsRow>(
    `WITH restated AS MATERIALIZED (
       SELECT k.chunk_id,
              range_agg(int4range(d.date - DATE '1970-01-01', d.date - DATE '1970-01-01' + 1)) AS days
         FROM chunk k JOIN dataset_day d
           ON d.dataset = k.dataset AND d.last_modified > ${BOUGHT}
          AND d.date BETWEEN DATE '1970-01-01' + (k.start_ns / ${DAY})::int
                         AND DATE '1970-01-01' + ((k.end_ns - 1) / ${DAY})::int
        WHERE k.state = 'complete' AND ($1::text IS NULL OR k.dataset = $1)
          AND ($2::text IS NULL OR k.schema = $2)
        GROUP BY k.chunk_id)
     SELECT c.dataset, c.schema, c.instrument_id,
            range_agg(int8range(c.start_ns, c.end_ns)) FILTER (WHERE k.state = 'complete') AS held,
            range_agg(int8range(c.start_ns, c.end_ns)) FILTER (WHERE k.state <> 'complete') AS pending,
            range_agg(r.days * int4multirange(int4range((c.start_ns / ${DAY})::int,
                      ((c.end_ns + ${DAY} - 1) / ${DAY})::int))) FILTER (WHERE r.days IS NOT NULL) AS stale,
            count(*) OVER () AS total
       FROM coverage c JOIN chunk k USING (chunk_id) LEFT JOIN restated r USING (chunk_id)
      WHERE ($1::text IS NULL OR c.dataset = $1) AND ($2::text IS NULL OR c.schema = $2)
        AND ($3::bigint[] IS NULL OR c.instrument_id = ANY($3))
        AND k.state IN ('planned', 'fetched', 'complete')
        AND c.start_ns < c.end_ns AND c.start_ns < $4 AND c.end_ns > $5
      GROUP BY c.dataset, c.schema, c.instrument_id
     HAVING NOT $6 OR bool_or(r.days IS NOT NULL) OR c.instrument_id = ${EVERY_INSTRUMENT}
      ORDER BY c.instrument_id = ${EVERY_INSTRUMENT} DESC, c.dataset, c.schema, count(*) DESC, c.instrument_id
      LIMIT $7`,
    [
      filter.dataset,
      filter.schema,
      filter.instrumentIds,
      BigInt(filter.to) * BigInt(DAY),
      BigInt(filter.from) * BigInt(DAY),
      filter.stale,
      limit,
    ],
  );
  return { holdings: rows.map(readRow), total: Number(rows[0]?.total ?? 0) };
}

const readRow = (row: HoldingsRow): Holdings => ({
  dataset: row.dataset,
  schema: row.schema,
  instrumentId: Number(row.instrument_id),
  held: parseMultirange(row.held),
  pending: parseMultirange(row.pending),
  stale: parseMultirange(row.stale).map(({ start, end }) => ({
    from: Number(start),
    to: Number(end),
  })),
});
