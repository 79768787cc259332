import { quoteIdentifier } from '@tapeline/records';
import type { Pool } from 'pg';

/** Space on disk, bytes. */
export interface RelationSizes {
  /** With TOAST and maps. */
  readonly table: number;
  readonly indexes: number;
  readonly total: number;
}

/** A relation with its partitions or chunks. `$1` is its quoted name. */
const TREE = `WITH RECURSIVE tree AS (
  SELECT to_regclass($1)::oid AS oid
  UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN tree ON i.inhparent = tree.oid)`;

/** Sizes of a table with all its partitions or chunks, compressed ones too. */
export async function relationSizes(
  pool: Pool,
  table: string,
  isHypertable: boolean,
): Promise<RelationSizes> {
  const name = quoteIdentifier(table);
  const { rows } = await pool.query<{ table: string; indexes: string }>(
    isHypertable
      ? `SELECT coalesce(sum(total_bytes - index_bytes), 0)::text AS table,
                coalesce(sum(index_bytes), 0)::text AS indexes FROM hypertable_detailed_size($1::regclass)`
      : `${TREE} SELECT coalesce(sum(pg_table_size(oid)), 0)::text AS table,
                        coalesce(sum(pg_indexes_size(oid)), 0)::text AS indexes FROM tree`,
    [name],
  );
  const [bytes, indexes] = [Number(rows[0]!.table), Number(rows[0]!.indexes)];
  return { table: bytes, indexes, total: bytes + indexes };
}

/** Rows as the server last counted or estimated them, and dead ones not yet removed. */
export interface RowEstimate {
  readonly rows: number;
  readonly dead: number;
}

/** Costs no read of the table. A table that was never analyzed counts what the statistics saw come. */
export async function estimateRows(
  pool: Pool,
  table: string,
  isHypertable: boolean,
): Promise<RowEstimate> {
  const { rows } = await pool.query<{ rows: string; dead: string }>(
    `${TREE} SELECT coalesce(sum(CASE WHEN c.reltuples > 0 THEN c.reltuples::bigint
                                      ELSE s.n_live_tup END), 0)::text AS rows,
                    coalesce(sum(s.n_dead_tup), 0)::text AS dead
       FROM tree JOIN pg_class c USING (oid) LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
      WHERE c.relkind = 'r'`,
    [quoteIdentifier(table)],
  );
  const { dead } = rows[0]!;
  if (!isHypertable) return { rows: Number(rows[0]!.rows), dead: Number(dead) };
  // Counts the rows within compressed chunks, too.
  const { rows: counted } = await pool.query<{ rows: string }>(
    'SELECT approximate_row_count($1::regclass)::text AS rows',
    [quoteIdentifier(table)],
  );
  return { rows: Number(counted[0]!.rows), dead: Number(dead) };
}
