import { quoteIdentifier } from '@tapeline/records';
import type { SchemaDescription } from '@tapeline/records';
import type { Pool } from 'pg';
import { chunkCompression } from './chunk-compression.js';
import type { ChunkCounts } from './chunk-compression.js';
import { estimateRows, relationSizes } from './relation-sizes.js';
import type { RelationSizes } from './relation-sizes.js';
import type { HeldDays } from './held-days.js';

/** What is stored of a schema. */
export interface MarketTableStats {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly deadRows: number;
  readonly bytes: RelationSizes;
  readonly chunks: ChunkCounts;
  /** Earliest and latest index timestamp, ISO 8601 to the microsecond in UTC; null without rows. */
  readonly first: string | null;
  readonly last: string | null;
  /** Counted if exact; else as the ledger says, which counts what was replaced or taken out later as well. */
  readonly datasets: readonly { readonly dataset: string; readonly rows: number }[];
}

interface StatsQuery {
  readonly isHypertable: boolean;
  /** Whether rows are counted, by reading them all. */
  readonly exact: boolean;
  /** The table's partitions or chunks by time. */
  readonly days: readonly HeldDays[];
}

export async function marketTableStats(
  pool: Pool,
  schema: SchemaDescription,
  { isHypertable, exact, days }: StatsQuery,
): Promise<MarketTableStats> {
  const { name, table } = schema;
  const estimate = await estimateRows(pool, table, isHypertable);
  const datasets = await (exact ? countByDataset(pool, table) : ledgerByDataset(pool, name));
  return {
    schema: name,
    table,
    rows: exact ? datasets.reduce((sum, { rows }) => sum + rows, 0) : estimate.rows,
    deadRows: estimate.dead,
    bytes: await relationSizes(pool, table, isHypertable),
    chunks: await chunkCompression(pool, table, isHypertable),
    first: await outermost(pool, schema, days, 'min'),
    last: await outermost(pool, schema, days.toReversed(), 'max'),
    datasets,
  };
}

interface DatasetRows {
  readonly dataset: string;
  readonly rows: number;
}

async function countByDataset(pool: Pool, table: string): Promise<DatasetRows[]> {
  const { rows } = await pool.query<{ dataset: string; rows: string }>(
    `SELECT coalesce(d.code, '') AS dataset, t.rows::text
       FROM (SELECT dataset_id, count(*) AS rows FROM ${quoteIdentifier(table)} GROUP BY 1) t
       LEFT JOIN dataset d ON d.id = t.dataset_id ORDER BY 1`,
  );
  return rows.map(({ dataset, rows }) => ({ dataset, rows: Number(rows) }));
}

async function ledgerByDataset(pool: Pool, schema: string): Promise<DatasetRows[]> {
  const { rows } = await pool.query<{ dataset: string; rows: string }>(
    `SELECT dataset, sum(stored)::text AS rows FROM ledger
      WHERE schema = $1 GROUP BY 1 ORDER BY 1`,
    [schema],
  );
  return rows.map(({ dataset, rows }) => ({ dataset, rows: Number(rows) }));
}

/** Looks into one partition after the other until one has rows: no index leads to the time alone. */
async function outermost(
  pool: Pool,
  { table, indexColumn }: SchemaDescription,
  days: readonly HeldDays[],
  which: 'min' | 'max',
): Promise<string | null> {
  const column = quoteIdentifier(indexColumn);
  for (const { from, to } of days) {
    const { rows } = await pool.query<{ time: string | null }>(
      `SELECT to_char(${which}(${column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS time
         FROM ${quoteIdentifier(table)}
        WHERE ${column} >= $1::timestamptz AND ${column} < $2::timestamptz`,
      [dateOf(from), dateOf(to)],
    );
    const time = rows[0]?.time ?? null;
    if (time !== null) return time;
  }
  return null;
}

const dateOf = (day: number): string =>
  `${Temporal.PlainDate.from('1970-01-01').add({ days: day }).toString()}T00:00:00Z`;
