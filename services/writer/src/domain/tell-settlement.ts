import type { BusPublisher } from '@tapeline/bus';
import type { CompletedJob, Completion, Settlement } from '@tapeline/storage';

const stamp = () => ({ at: Temporal.Now.instant().toString(), by: 'writer' });

/**
 * Appends what a settlement found: the chunk's completion for the job at hand, and ended jobs.
 * @param completion set if the chunk is complete.
 */
export async function tellSettlement(
  publisher: BusPublisher,
  jobId: string,
  chunkId: string,
  settlement: Settlement,
  completion?: Completion,
): Promise<void> {
  const { heldBack } = settlement;
  for (const job of heldBack?.jobIds ?? []) {
    await publisher.publishEvent({
      ...stamp(),
      event: 'awaiting_approval',
      job_id: job,
      reason: 'too_many_refused',
      message: heldBack!.message,
      chunk_id: chunkId,
    });
  }
  if (settlement.completedChunk) {
    await publisher.publishEvent({
      ...stamp(),
      event: 'chunk_complete',
      job_id: jobId,
      chunk_id: chunkId,
      totals: settlement.completedChunk,
      ...completion,
    });
  }
  for (const job of settlement.completedJobs) await tellCompleted(publisher, job);
}

/** Appends the completion of a job. */
export async function tellCompleted(publisher: BusPublisher, job: CompletedJob): Promise<void> {
  await publisher.publishEvent({
    ...stamp(),
    event: 'completed',
    job_id: job.jobId,
    totals: job.totals,
    reason: job.reason,
    message: job.message,
  });
}
