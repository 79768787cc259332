/** What the planner saves by itself is told, too, so that the tables can be rebuilt from events. */
import type { JobEvent } from '@tapeline/contracts';
import { readPlannedChunks, resolvedFacts } from '@tapeline/storage';
import type { DatasetDay, Storage, SymbologyInterval } from '@tapeline/storage';

type Tell = (event: JobEvent) => Promise<void>;

const stamp = (jobId: string) => ({
  job_id: jobId,
  at: Temporal.Now.instant().toString(),
  by: 'fetcher',
});

/** Tells what symbols mean and what is known of days, before that is saved: a fetcher that dies in between loses nothing. */
export async function tellResolved(
  tell: Tell,
  jobId: string,
  dataset: string,
  symbology: readonly SymbologyInterval[],
  days: readonly DatasetDay[] = [],
): Promise<void> {
  for (const facts of resolvedFacts(dataset, symbology, days)) {
    await tell({ ...stamp(jobId), event: 'resolved', ...facts });
  }
}

/** Tells the chunks that are the job's to fetch, with their claims, before the first of them is fetched. */
export async function tellPlannedChunks(
  { storage, tell }: { readonly storage: Storage; readonly tell: Tell },
  jobId: string,
): Promise<void> {
  for await (const facts of readPlannedChunks(storage, jobId)) {
    await tell({ ...stamp(jobId), event: 'chunk_planned', ...facts });
  }
}
