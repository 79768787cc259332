import type { ChunkRequest, Reason, Totals } from '@tapeline/contracts';
import type { SchemaName } from '@tapeline/records';
import type { PoolClient } from 'pg';
import type { Storage } from '../storage.js';
import { replaceHeld } from '../write/replace-held.js';

export interface CompletedJob {
  readonly jobId: string;
  readonly totals: Totals;
  readonly reason: Reason | null;
  readonly message: string | null;
}

export interface Settlement {
  /** Set for the one caller that found more of the chunk refused than is allowed: its jobs, and why they wait. */
  readonly heldBack: { readonly jobIds: readonly string[]; readonly message: string } | null;
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
 * A chunk of which too much is refused is held back instead, until a person accepts that or a replay mends it.
 * @param maxRefused most of a chunk's records that may be refused, 0 to 1, for its schema; null without a limit.
 * @param again reports the completion of a chunk that is complete already, too: for a message that
 *   comes again, since whoever handled it first may have crashed before it told anyone.
 */
export async function settleChunk(
  storage: Storage,
  chunkId: string,
  { again = false, maxRefused }: SettleOptions = {},
): Promise<Settlement> {
  const { rows: states } = await storage.pool.query<{ state: string }>(
    'SELECT state FROM chunk WHERE chunk_id = $1',
    [chunkId],
  );
  const state = states[0]?.state;
  // While the chunk is still being fetched, which is so for most batches, there is no need to sum.
  if (state !== 'fetched' && state !== 'held_back' && state !== 'complete') return NOTHING;
  const completed =
    state === 'complete' ? null : await completeChunk(storage, chunkId, maxRefused, again);
  if (completed && 'heldBack' in completed) return { ...NOTHING, heldBack: completed.heldBack };
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
  return { heldBack: null, completedChunk: completed ?? told, completedJobs };
}

export interface SettleOptions {
  readonly again?: boolean;
  readonly maxRefused?: (schema: SchemaName) => number | null;
}

const NOTHING: Settlement = { heldBack: null, completedChunk: null, completedJobs: [] };

async function completeChunk(
  storage: Storage,
  chunkId: string,
  maxRefused: SettleOptions['maxRefused'],
  again: boolean,
): Promise<Totals | Pick<Settlement, 'heldBack'> | null> {
  return storage.transaction(async (client) => {
    const { rows } = await client.query<ChunkRow>(
      `SELECT state, request, fetched, refusals_accepted, sums.*
         FROM chunk, (SELECT ${TOTALS} FROM ledger WHERE chunk_id = $1) sums
        WHERE chunk_id = $1 FOR UPDATE OF chunk`,
      [chunkId],
    );
    const [row] = rows;
    if (!row || (row.state !== 'fetched' && row.state !== 'held_back')) return null;
    const totals = readTotals(row);
    const { fetched, quarantined } = totals;
    if (fetched !== totals.stored + quarantined + totals.filtered) return null;
    const most = maxRefused?.(row.request.schema as SchemaName) ?? null;
    if (most !== null && quarantined > most * fetched && !row.refusals_accepted) {
      const isTold = row.state === 'held_back' && !again;
      return isTold ? null : holdBack(client, chunkId, totals, most);
    }
    const replaced =
      row.request.replaces === undefined
        ? null
        : await replaceHeld(client, chunkId, row.request, fetched);
    await client.query(
      `UPDATE chunk SET state = 'complete', completed_at = now(), replaced = $2 WHERE chunk_id = $1`,
      [chunkId, replaced],
    );
    return totals;
  });
}

interface ChunkRow extends CountRow {
  readonly state: string;
  readonly request: ChunkRequest;
  readonly refusals_accepted: boolean;
}

async function holdBack(
  client: PoolClient,
  chunkId: string,
  { fetched, quarantined }: Totals,
  maxRefused: number,
): Promise<Pick<Settlement, 'heldBack'>> {
  await client.query("UPDATE chunk SET state = 'held_back' WHERE chunk_id = $1", [chunkId]);
  const { rows } = await client.query<{ job_id: string }>(
    'SELECT job_id FROM job_chunk WHERE chunk_id = $1 ORDER BY job_id',
    [chunkId],
  );
  const share = (part: number): string => `${(part * 100).toFixed(2).replace(/\.?0+$/, '')} %`;
  const message = `${quarantined} of the ${fetched} records of chunk ${chunkId} are refused, more than the ${share(maxRefused)} that its rules allow: 'tapeline quarantine stats --chunk ${chunkId}' shows why. Approve the job, or mend the rules and replay them`;
  return { heldBack: { jobIds: rows.map((row) => row.job_id), message } };
}

/** Chunks of a job that were held back, and of which a person has accepted what is refused. */
export async function readAccepted(storage: Storage, jobId: string): Promise<string[]> {
  const { rows } = await storage.pool.query<{ chunk_id: string }>(
    `SELECT chunk_id FROM job_chunk JOIN chunk USING (chunk_id)
      WHERE job_id = $1 AND chunk.state = 'held_back' AND refusals_accepted`,
    [jobId],
  );
  return rows.map((row) => row.chunk_id);
}

/** The schema of a chunk; undefined if there is no such chunk. */
export async function readChunkSchema(
  storage: Storage,
  chunkId: string,
): Promise<SchemaName | undefined> {
  const { rows } = await storage.pool.query<{ schema: SchemaName }>(
    "SELECT schema FROM chunk WHERE chunk_id = $1 AND state = 'complete'",
    [chunkId],
  );
  return rows[0]?.schema;
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
        WHERE job_id = $1 AND state IN ('accepted', 'running', 'cancelling', 'failed')
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
