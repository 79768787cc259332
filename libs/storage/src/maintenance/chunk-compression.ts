import { quoteIdentifier } from '@tapeline/records';
import type { Pool } from 'pg';

/** A market table's partitions, or its chunks and what compression saved. */
export interface ChunkCounts {
  readonly kind: 'partition' | 'chunk';
  readonly total: number;
  readonly compressed: number;
  /** Of the compressed chunks, bytes before and after; null where nothing is compressed or nobody counts. */
  readonly before: number | null;
  readonly after: number | null;
  /** `before / after`. */
  readonly ratio: number | null;
}

/** PostgreSQL's code for what an edition or a version does not have. */
const ABSENT = new Set(['0A000', '42883']);

/** @param isHypertable whether TimescaleDB partitions the table. */
export async function chunkCompression(
  pool: Pool,
  table: string,
  isHypertable: boolean,
): Promise<ChunkCounts> {
  const { rows } = await pool.query<{ total: number; compressed: number }>(
    isHypertable
      ? `SELECT count(*)::int AS total, count(*) FILTER (WHERE is_compressed)::int AS compressed
           FROM timescaledb_information.chunks
          WHERE hypertable_schema = 'public' AND hypertable_name = $1`
      : `SELECT count(*)::int AS total, 0 AS compressed FROM pg_inherits
          WHERE inhparent = to_regclass(quote_ident($1))`,
    [table],
  );
  const counts = { kind: isHypertable ? ('chunk' as const) : ('partition' as const), ...rows[0]! };
  const sizes = counts.compressed === 0 ? undefined : await compressedSizes(pool, table);
  return { ...counts, ...(sizes ?? { before: null, after: null, ratio: null }) };
}

async function compressedSizes(pool: Pool, table: string) {
  try {
    const { rows } = await pool.query<{ before: string | null; after: string | null }>(
      `SELECT sum(before_compression_total_bytes)::text AS before,
              sum(after_compression_total_bytes)::text AS after
         FROM hypertable_compression_stats($1::regclass)`,
      [quoteIdentifier(table)],
    );
    const [before, after] = [Number(rows[0]?.before ?? 0), Number(rows[0]?.after ?? 0)];
    return after === 0 ? undefined : { before, after, ratio: before / after };
  } catch (error) {
    if (ABSENT.has((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}
