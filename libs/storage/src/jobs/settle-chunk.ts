import type { Reason, Totals } from '@tapeline/contracts';
import type { Storage } from '../storage.js';

export interface CompletedJob {
  readonly jobId: string;
  readonly totals: Totals;
  readonly reason: Reason | null;
  readonly message: string | null;
}

export interface Settlement {
  /** Set once, by whoever found that the chunk's sums hold. */
  readonly completedChunk: Totals | null;
  /** Jobs whose chunks are all complete and that nobody has told so yet. */
  readonly completedJobs: readonly CompletedJob[];
}

const TOTALS = `coalesce(sum(stored), 0)::int8 AS stored, coalesce(sum(quarantined), 0)::int8 AS quarantined,
                coalesce(sum(filtered), 0)::int8 AS filtered`;

type CountRow = Record<'fetched' | 'stored' | 'quarantined' | 'filtered', string>;

const readTotals = (row: CountRow): Totals => ({
  fetched: Number(row.fetched),
  stored: Number(row.stored),
  quarantined: Number(row.quarantined),
  filtered: Number(row.filtered),
});

/**
 * Completes a chunk if the database says that fetched = stored + quarantined + filtered. Call it after the
 * commit of each batch and of the chunk's `chunk_fetched`: each of the callers commits before it
 * looks, so at least the last of them sees everything. Jobs are reported again until their completion
 * has been projected, so a crash before that loses nothing.
 */
export async function settleChunk(storage: Storage, chunkId: string): Promise<Settlement> {
  const { rows } = await storage.pool.query<CountRow>(
    `WITH sums AS (SELECT ${TOTALS} FROM ledger WHERE chunk_id = $1)
     UPDATE chunk SET state = 'complete', completed_at = now() FROM sums
      WHERE chunk_id = $1 AND chunk.state = 'fetched'
        AND chunk.fetched = sums.stored + sums.quarantined + sums.filtered
     RETURNING chunk.fetched, sums.*`,
    [chunkId],
  );
  const { rows: jobs } = await storage.pool.query<{ job_id: string }>(
    `SELECT j.job_id FROM job_chunk c JOIN job j USING (job_id)
      WHERE c.chunk_id = $1 AND j.state NOT IN ('completed', 'rejected')`,
    [chunkId],
  );
  const completedJobs: CompletedJob[] = [];
  for (const { job_id: jobId } of jobs) {
    const job = await settleJob(storage, jobId);
    if (job) completedJobs.push(job);
  }
  return { completedChunk: rows[0] ? readTotals(rows[0]) : null, completedJobs };
}

/** The totals of a job if all its chunks are complete, or undefined. Call it after `planned`, too. */
export async function settleJob(
  storage: Storage,
  jobId: string,
): Promise<CompletedJob | undefined> {
  const { rows } = await storage.pool.query<
    CountRow & { chunks: string; skipped: string; reason: Reason | null; message: string | null }
  >(
    `SELECT j.reason, j.message, count(k.chunk_id) AS chunks,
            coalesce(sum(k.fetched), 0) AS fetched, coalesce(sum(k.skipped), 0) AS skipped,
            coalesce(sum(s.stored), 0) AS stored, coalesce(sum(s.quarantined), 0) AS quarantined,
            coalesce(sum(s.filtered), 0) AS filtered
       FROM job j
       LEFT JOIN job_chunk c USING (job_id)
       LEFT JOIN chunk k USING (chunk_id)
       LEFT JOIN LATERAL (SELECT ${TOTALS} FROM ledger WHERE ledger.chunk_id = k.chunk_id) s ON true
      WHERE j.job_id = $1 AND j.state IN ('accepted', 'running', 'failed')
      GROUP BY j.job_id
     HAVING bool_and(coalesce(k.state = 'complete', j.reason IS NOT NULL))`,
    [jobId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const totals = readTotals(row);
  if (Number(row.chunks) === 0) return { jobId, totals, reason: row.reason, message: row.message };
  if (totals.fetched > 0) return { jobId, totals, reason: null, message: null };
  const held = Number(row.skipped) > 0;
  return {
    jobId,
    totals,
    reason: held ? 'already_held' : 'no_records',
    message: held
      ? `all ${row.skipped} records were held already`
      : 'the source has no records in this range',
  };
}
