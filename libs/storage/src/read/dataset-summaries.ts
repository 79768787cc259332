import type { Storage } from '../storage.js';

/** What is held of a schema of a dataset. */
export interface HeldSchema {
  readonly dataset: string;
  readonly schema: string;
  /** Nanoseconds from the first held range's start to the last one's end; null before a chunk is complete. */
  readonly start: bigint | null;
  readonly end: bigint | null;
  /** Chunks that are complete. */
  readonly chunks: number;
  /** Rows that were written, by the ledger, less those that others took the place of. Expired ones still count. */
  readonly rows: number;
  /** Records that rules refused, and left out. */
  readonly quarantined: number;
  readonly filtered: number;
  /** When the last batch was written, ISO 8601. */
  readonly lastIngestedAt: string | null;
}

export interface DatasetSummary {
  readonly dataset: string;
  readonly schemas: readonly HeldSchema[];
  /** Days by what the source says of them: available, degraded, pending, missing. */
  readonly conditions: Readonly<Record<string, number>>;
}

type Row = Record<'dataset' | 'schema' | 'chunks' | 'rows' | 'quarantined' | 'filtered', string> & {
  start_ns: string | null;
  end_ns: string | null;
  written_at: Date | null;
};

/** What is held of each dataset and schema, in order of their names. */
export async function readHeldSchemas({ pool }: Pick<Storage, 'pool'>): Promise<HeldSchema[]> {
  const { rows } = await pool.query<Row>(
    // Rows that wait to take the place of others are in no table yet.
    `WITH held AS (
       SELECT c.dataset, c.schema, min(c.start_ns) AS start_ns, max(c.end_ns) AS end_ns,
              count(DISTINCT c.chunk_id) AS chunks
         FROM coverage c JOIN chunk k USING (chunk_id) WHERE k.state = 'complete' GROUP BY 1, 2),
     written AS (
       SELECT l.dataset, l.schema, sum(l.stored) AS stored, sum(l.quarantined) AS quarantined,
              sum(l.filtered) AS filtered, max(l.written_at) AS written_at
         FROM ledger l LEFT JOIN chunk k USING (chunk_id)
        WHERE k.chunk_id IS NULL OR k.state = 'complete' OR NOT k.request ? 'replaces' GROUP BY 1, 2),
     gone AS (SELECT dataset, schema, sum(replaced) AS replaced FROM chunk WHERE replaced > 0 GROUP BY 1, 2)
     SELECT dataset, schema, start_ns, end_ns, coalesce(chunks, 0) AS chunks,
            coalesce(stored, 0) - coalesce(replaced, 0) AS rows, coalesce(quarantined, 0) AS quarantined,
            coalesce(filtered, 0) AS filtered, written_at
       FROM held FULL JOIN written USING (dataset, schema) LEFT JOIN gone USING (dataset, schema)
      ORDER BY dataset, schema`,
  );
  return rows.map((row) => ({
    dataset: row.dataset,
    schema: row.schema,
    start: row.start_ns === null ? null : BigInt(row.start_ns),
    end: row.end_ns === null ? null : BigInt(row.end_ns),
    chunks: Number(row.chunks),
    rows: Number(row.rows),
    quarantined: Number(row.quarantined),
    filtered: Number(row.filtered),
    lastIngestedAt: row.written_at?.toISOString() ?? null,
  }));
}

/** The datasets of which anything is held, in order of their names. */
export async function readDatasetSummaries(
  storage: Pick<Storage, 'pool'>,
): Promise<DatasetSummary[]> {
  const [held, { rows: days }] = await Promise.all([
    readHeldSchemas(storage),
    storage.pool.query<{ dataset: string; condition: string; days: string }>(
      'SELECT dataset, condition, count(*) AS days FROM dataset_day GROUP BY 1, 2 ORDER BY 1, 2',
    ),
  ]);
  const conditions = Map.groupBy(days, ({ dataset }) => dataset);
  return [...Map.groupBy(held, ({ dataset }) => dataset)].map(([dataset, schemas]) => ({
    dataset,
    schemas,
    conditions: Object.fromEntries(
      (conditions.get(dataset) ?? []).map((row) => [row.condition, Number(row.days)]),
    ),
  }));
}
