import type { JobEvent } from '@tapeline/contracts';
import { readCancellation, readJobState, readPlan } from '@tapeline/storage';
import type { PlanChunk, Storage } from '@tapeline/storage';

interface CancelContext {
  readonly storage: Storage;
  /** Appends an event and resolves when it is stored. */
  readonly tell: (event: JobEvent) => Promise<void>;
}

const CANCELLED = 'a person cancelled it; what was complete is kept';

/**
 * Ends a job because a person wants that: at once where nobody runs it, else after the chunk in hand. A job of which
 * everything is fetched completes by itself, and one that has ended stays as it is.
 * @returns whether the job is known.
 */
export async function cancelJob({ storage, tell }: CancelContext, jobId: string): Promise<boolean> {
  const state = await readJobState(storage, jobId);
  if (state === undefined) return false;
  const isRun = state === 'accepted' || state === 'running';
  const plan = isRun ? ((await readPlan(storage, jobId)) ?? []) : [];
  const isOpen =
    plan.length === 0 || plan.some((chunk) => !chunk.shared && chunk.state === 'planned');
  const waits = plan.some((chunk) => chunk.shared && chunk.state !== 'complete');
  if (isRun && isOpen) {
    const message = 'a person cancelled it; it ends after the chunk that is being fetched';
    await tell({ ...stamp(jobId), event: 'cancel_requested', message });
  } else if (state === 'awaiting_approval' || waits) {
    await tell({ ...stamp(jobId), event: 'cancelled', message: CANCELLED, chunks: [] });
  }
  return true;
}

/**
 * Ends a running job that a person has cancelled: the chunks that are left are given free.
 * @returns whether it has ended so.
 */
export async function endIfCancelled(
  { storage, tell }: CancelContext,
  { jobId, sentAt }: { readonly jobId: string; readonly sentAt: bigint },
  left: readonly PlanChunk[],
): Promise<boolean> {
  const cancelled = await readCancellation(storage, jobId, sentAt);
  if (cancelled === 'asked' || (cancelled === 'done' && left.length > 0)) {
    const chunks = left.map(({ chunkId }) => chunkId);
    await tell({ ...stamp(jobId), event: 'cancelled', message: CANCELLED, chunks });
  }
  return cancelled !== undefined;
}

const stamp = (jobId: string) => ({
  job_id: jobId,
  at: Temporal.Now.instant().toString(),
  by: 'fetcher',
});
