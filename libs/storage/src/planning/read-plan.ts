import type { ChunkRequest } from '@tapeline/contracts';
import type { Storage } from '../storage.js';
import type { CoverageClaim } from './coverage-claim.js';

/** A chunk of a job's plan as it stands now. */
export interface PlanChunk {
  readonly chunkId: string;
  readonly request: ChunkRequest;
  readonly state: CoverageClaim['chunkState'];
  readonly expected: number | null;
  /** Another job fetches it; this one waits for it. */
  readonly shared: boolean;
}

/** The chunks of a job's plan in order of time, or undefined if the job has not been planned. */
export async function readPlan(storage: Storage, jobId: string): Promise<PlanChunk[] | undefined> {
  const { rows } = await storage.pool.query<{
    chunk_id: string;
    request: ChunkRequest;
    state: CoverageClaim['chunkState'];
    expected: string | null;
    shared: boolean;
  }>(
    `SELECT k.chunk_id, k.request, k.state, k.expected, j.shared
       FROM job_chunk j JOIN chunk k USING (chunk_id)
      WHERE j.job_id = $1 ORDER BY k.start_ns, k.chunk_id`,
    [jobId],
  );
  if (rows.length === 0) return undefined;
  return rows.map((row) => ({
    chunkId: row.chunk_id,
    request: row.request,
    state: row.state,
    expected: row.expected === null ? null : Number(row.expected),
    shared: row.shared,
  }));
}

/**
 * Takes chunks of the job that failed, in this job or another, into its care: they are fetched again, by
 * this job alone.
 */
export async function reviveChunks(storage: Storage, jobId: string): Promise<void> {
  await storage.pool.query(
    `WITH failed AS (
       UPDATE chunk SET state = 'planned', planned_at = now()
        WHERE state = 'failed' AND chunk_id IN (SELECT chunk_id FROM job_chunk WHERE job_id = $1)
       RETURNING chunk_id)
     UPDATE job_chunk SET shared = job_id <> $1
      WHERE chunk_id IN (SELECT chunk_id FROM failed)`,
    [jobId],
  );
}

/** The command of a job that has been planned, or undefined. */
export async function readCommand(storage: Storage, jobId: string): Promise<unknown> {
  const { rows } = await storage.pool.query<{ command: unknown }>(
    "SELECT command FROM job WHERE job_id = $1 AND state <> 'rejected' AND command IS NOT NULL",
    [jobId],
  );
  return rows[0]?.command;
}
