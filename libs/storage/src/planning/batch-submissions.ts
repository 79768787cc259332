import type { Storage } from '../storage.js';

/** What is known of a batch job that was submitted, or was about to be. */
export interface BatchSubmission {
  /** What there was before it, for finding it after a lost answer. */
  readonly mark: { readonly since: string; readonly knownIds: readonly string[] };
  /** Databento's id, once known. */
  readonly batchJobId: string | null;
}

/** The submission of a request, or undefined if none was tried. */
export async function readSubmission(
  storage: Storage,
  key: string,
): Promise<BatchSubmission | undefined> {
  const { rows } = await storage.pool.query<{
    mark: BatchSubmission['mark'];
    batch_job_id: string | null;
  }>('SELECT mark, batch_job_id FROM batch_submission WHERE key = $1', [key]);
  const [row] = rows;
  return row && { mark: row.mark, batchJobId: row.batch_job_id };
}

/** Keeps a submission. @param key of the request that it is for. */
export async function saveSubmission(
  storage: Storage,
  key: string,
  { mark, batchJobId }: BatchSubmission,
): Promise<void> {
  await storage.pool.query(
    `INSERT INTO batch_submission (key, mark, batch_job_id) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET batch_job_id = coalesce(excluded.batch_job_id, batch_submission.batch_job_id)`,
    [key, JSON.stringify(mark), batchJobId],
  );
}

/** Forgets a submission whose files are gone, so that the request can be submitted again. */
export async function forgetSubmission(storage: Storage, key: string): Promise<void> {
  await storage.pool.query('DELETE FROM batch_submission WHERE key = $1', [key]);
}
