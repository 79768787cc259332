import type { JobEventOf, JobState, Quote } from '@tapeline/contracts';
import { microsecond } from '../microsecond.js';
import type { Storage } from '../storage.js';

/** Dollars up to which a person has approved the job, or null. */
export async function readApproval(storage: Storage, jobId: string): Promise<number | null> {
  const { rows } = await storage.pool.query<{ approved_usd: string | null }>(
    'SELECT approved_usd FROM job WHERE job_id = $1',
    [jobId],
  );
  const approved = rows[0]?.approved_usd ?? null;
  return approved === null ? null : Number(approved);
}

/**
 * Approves a waiting job for what it was quoted, and for what its rules refused too much of.
 * @returns its command and the dollars, or undefined if no such job waits.
 */
export function approveJob(
  storage: Storage,
  jobId: string,
): Promise<{ command: unknown; usd: number } | undefined> {
  return storage.transaction(async (client) => {
    const { rows } = await client.query<{ command: unknown; approved_usd: string | null }>(
      // Kept in millionths of a dollar: rounded down, the same quote would be above what was approved.
      `UPDATE job SET approved_usd = ceil((quote ->> 'usd')::numeric * 1000000) / 1000000
        WHERE job_id = $1 AND state = 'awaiting_approval' RETURNING command, approved_usd`,
      [jobId],
    );
    const [row] = rows;
    if (!row) return undefined;
    await client.query(
      `UPDATE chunk SET refusals_accepted = true
        WHERE state = 'held_back' AND chunk_id IN (SELECT chunk_id FROM job_chunk WHERE job_id = $1)`,
      [jobId],
    );
    return { command: row.command, usd: Number(row.approved_usd ?? 0) };
  });
}

/** The state of a job as far as its events are projected; undefined before the first one is. */
export async function readJobState(storage: Storage, jobId: string): Promise<JobState | undefined> {
  const { rows } = await storage.pool.query<{ state: JobState }>(
    'SELECT state FROM job WHERE job_id = $1',
    [jobId],
  );
  return rows[0]?.state;
}

/**
 * Whether a job is to be cancelled (`asked`) or has been since its command was sent (`done`), as far as its events are
 * projected. A command that was sent after that begins it anew.
 * @param sentAt nanoseconds.
 */
export async function readCancellation(
  storage: Storage,
  jobId: string,
  sentAt: bigint,
): Promise<'asked' | 'done' | undefined> {
  const { rows } = await storage.pool.query<{ state: JobState; since: boolean | null }>(
    'SELECT state, ended_at >= $2::timestamptz AS since FROM job WHERE job_id = $1',
    [jobId, microsecond(sentAt)],
  );
  const [job] = rows;
  if (job?.state === 'cancelling') return 'asked';
  return job?.state === 'cancelled' && job.since ? 'done' : undefined;
}

/** What a job was quoted, and for which requests. */
export type JobQuote = Quote & Pick<JobEventOf<'quoted'>, 'requests' | 'archived' | 'some_held'>;

/** What the job was quoted, or null: kept with its plan. */
export async function readQuote(storage: Storage, jobId: string): Promise<JobQuote | null> {
  const { rows } = await storage.pool.query<{ quote: JobQuote | null }>(
    'SELECT quote FROM job WHERE job_id = $1',
    [jobId],
  );
  return rows[0]?.quote ?? null;
}
