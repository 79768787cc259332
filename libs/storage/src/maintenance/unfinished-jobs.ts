import type { ClientBase, Pool } from 'pg';

/** Ids of the jobs that were accepted and have not ended, by id. Their batches may be on the bus. */
export async function unfinishedJobs(client: ClientBase | Pool): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    "SELECT job_id AS id FROM job WHERE state IN ('accepted', 'running', 'cancelling') ORDER BY 1",
  );
  return rows.map(({ id }) => id);
}
