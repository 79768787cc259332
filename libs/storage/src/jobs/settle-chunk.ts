import type { ChunkRequest, Reason, Totals } from '@tapeline/contracts';
import type { Storage } from '../storage.js';
import { replaceHeld } from '../write/replace-held.js';

export interface CompletedJob {
  readonly jobId: string;
  readonly totals: Totals;
  readonly reason: Reason | null;
  readonly message: string | null;
}

export interface Settlement {
  /** Set for the one caller that found that the chunk's sums hold, and where it was asked for again. */
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
 * looks, so at least the last of them sees everything. The row lock of the update makes it exactly one
 * caller that completes the chunk. Jobs are reported again until their completion has been
 * projected, so a crash before that loses nothing.
 * @param again reports the completion of a chunk that is complete already, too: for a message that
 *   comes again, since whoever handled it first may have crashed before it told anyone.
 */
export async function settleChunk(
  storage: Storage,
  chunkId: string,
  { again = false }: { readonly again?: boolean } = {},
): Promise<Settlement> {
  const { rows: states } = await storage.pool.query<{ state: string }>(
    'SELECT state FROM chunk WHERE chunk_id = $1',
    [chunkId],
  );
  const state = states[0]?.state;
  // While the chunk is still being fetched, which is so for most batches, there is no need to sum.
  if (state !== 'fetched' && state !== 'complete') return NOTHING;
  const completed = state === 'fetched' ? await completeChunk(storage, chunkId) : null;
  const told = again && state === 'complete' ? await chunkTotals(storage, chunkId) : null;
  // Its jobs may be complete only if it is. Another caller may have completed it meanwhile.
  const { rows: jobs } = await storage.pool.query<{ job_id: string }>(
    `SELECT j.job_id
       FROM job_chunk c JOIN job j USING (job_id) JOIN chunk k USING (chunk_id)
      WHERE c.chunk_id = $1 AND k.state = 'complete' AND j.state NOT IN ('completed', 'rejected')
      ORDER BY j.job_id`,
    [chunkId],
  );
  const completedJobs: CompletedJob[] = [];
  for (const { job_id: jobId } of jobs) {
    const job = await settleJob(storage, jobId);
    if (job) completedJobs.push(job);
  }
  return { completedChunk: completed ?? told, completedJobs };
}

const NOTHING: Settlement = { completedChunk: null, completedJobs: [] };

async function completeChunk(storage: Storage, chunkId: string): Promise<Totals | null> {
  return storage.transaction(async (client) => {
    const { rows } = await client.query<CountRow & { request: ChunkRequest }>(
      `WITH sums AS (SELECT ${TOTALS} FROM ledger WHERE chunk_id = $1)
       UPDATE chunk SET state = 'complete', completed_at = now() FROM sums
        WHERE chunk_id = $1 AND chunk.state = 'fetched'
          AND chunk.fetched = sums.stored + sums.quarantined + sums.filtered
       RETURNING chunk.fetched, chunk.request, sums.*`,
      [chunkId],
    );
    const [row] = rows;
    if (!row) return null;
    if (row.request.replaces !== undefined) {
      const replaced = await replaceHeld(client, chunkId, row.request, Number(row.fetched));
      await client.query('UPDATE chunk SET replaced = $2 WHERE chunk_id = $1', [chunkId, replaced]);
    }
    return readTotals(row);
  });
}

async function chunkTotals(storage: Storage, chunkId: string): Promise<Totals | null> {
  const { rows } = await storage.pool.query<CountRow>(
    `SELECT k.fetched, sums.* FROM chunk k, (SELECT ${TOTALS} FROM ledger WHERE chunk_id = $1) sums
      WHERE k.chunk_id = $1`,
    [chunkId],
  );
  return rows[0] ? readTotals(rows[0]) : null;
}

/**
 * The totals of a job if all its chunks are complete, those of other jobs that it waits for included;
 * else undefined. Call it after `planned`, too: a job without chunks is complete if its plan says why.
 */
export async function settleJob(
  storage: Storage,
  jobId: string,
): Promise<CompletedJob | undefined> {
  const { rows } = await storage.pool.query<
    CountRow & { chunks: string; skipped: string; reason: Reason | null; message: string | null }
  >(
    // Summed only once no chunk is left, or the sums of a long job would be made for each of its chunks.
    `WITH ready AS MATERIALIZED (
       SELECT job_id, reason, message FROM job j
        WHERE job_id = $1 AND state IN ('accepted', 'running', 'failed')
          AND NOT EXISTS (SELECT FROM job_chunk JOIN chunk USING (chunk_id)
                           WHERE job_id = j.job_id AND state <> 'complete')
          AND (EXISTS (SELECT FROM job_chunk WHERE job_id = j.job_id)
               OR (state = 'running' AND reason IS NOT NULL)))
     SELECT j.reason, j.message, count(k.chunk_id) AS chunks,
            coalesce(sum(k.fetched), 0) AS fetched, coalesce(sum(k.skipped), 0) AS skipped,
            coalesce(sum(s.stored), 0) AS stored, coalesce(sum(s.quarantined), 0) AS quarantined,
            coalesce(sum(s.filtered), 0) AS filtered
       FROM ready j
       LEFT JOIN job_chunk c USING (job_id)
       LEFT JOIN chunk k USING (chunk_id)
       LEFT JOIN LATERAL (SELECT ${TOTALS} FROM ledger WHERE ledger.chunk_id = k.chunk_id) s ON true
      GROUP BY j.job_id, j.reason, j.message`,
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
