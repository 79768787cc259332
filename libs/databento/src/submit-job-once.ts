/** A batch job is billed when it is submitted, and the API knows no idempotency key. */
import { SubmissionUnknownError } from './batch-errors.js';
import { batchForm, JOB_STATES } from './batch-requests.js';
import type { BatchJobRequest, ListJobsRequest, SubmissionMark } from './batch-requests.js';
import type { BatchJob } from './batch-responses.js';
import type { Clock } from './clock.js';
import { DatabentoError } from './databento-error.js';
import { isSameJob } from './is-same-job.js';
import { isOutcomeUnknown } from './is-outcome-unknown.js';

/** How far the clocks of client and server may be apart. */
const MARGIN_NS = 24n * 3_600n * 1_000_000_000n;

/** Waits before each look for a job whose answer was lost: it may still be on its way into the list. */
const LOOKS_MS = [1_000, 5_000, 15_000];

/** Submissions in all, should each be lost without a trace in the list. */
const MAX_SUBMISSIONS = 3;

export interface SubmitOnceOptions {
  /** Of an earlier call that was interrupted: the job is looked for before anything is submitted. */
  readonly mark?: SubmissionMark;
  /** Told what to keep **before** the job is submitted; awaited. */
  readonly onMark?: (mark: SubmissionMark) => void | Promise<void>;
}

/** The calls it is made of. */
export interface SubmissionPort {
  readonly clock: Clock;
  readonly listJobs: (request: ListJobsRequest, signal?: AbortSignal) => Promise<BatchJob[]>;
  /** Submits at most once. */
  readonly submitJob: (request: BatchJobRequest, signal?: AbortSignal) => Promise<BatchJob>;
}

/**
 * Submits a job so that a lost answer does not lead to a second one: looks in the list of jobs for one of
 * the same parameters that was not there before, and only submits again if there is none.
 * @throws SubmissionUnknownError if answers were lost and the job cannot be found.
 */
export async function submitJobOnce(
  port: SubmissionPort,
  request: BatchJobRequest,
  options: SubmitOnceOptions,
  signal?: AbortSignal,
): Promise<BatchJob> {
  // Refuses what cannot be meant before anything is sent.
  batchForm(request);
  const { mark: earlier } = options;
  if (earlier) {
    const found = await findJob(port, request, earlier, signal);
    if (found) return found;
  }
  const mark = earlier ?? (await takeMark(port, signal));
  await options.onMark?.(mark);
  for (let submissions = 1; ; submissions++) {
    try {
      return await port.submitJob(request, signal);
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      const found = await lookRepeatedly(port, request, mark, error, signal);
      if (found) return found;
      if (submissions >= MAX_SUBMISSIONS) throw new SubmissionUnknownError(mark, error);
    }
  }
}

async function takeMark(port: SubmissionPort, signal?: AbortSignal): Promise<SubmissionMark> {
  const since = port.clock.now() - MARGIN_NS;
  const jobs = await port.listJobs({ since, states: JOB_STATES }, signal);
  return { since, knownIds: jobs.map(({ id }) => id) };
}

async function findJob(
  port: SubmissionPort,
  request: BatchJobRequest,
  { since, knownIds }: SubmissionMark,
  signal?: AbortSignal,
): Promise<BatchJob | undefined> {
  const known = new Set(knownIds);
  const jobs = await port.listJobs({ since, states: JOB_STATES }, signal);
  return jobs.find((job) => !known.has(job.id) && isSameJob(request, job));
}

async function lookRepeatedly(
  port: SubmissionPort,
  request: BatchJobRequest,
  mark: SubmissionMark,
  lost: unknown,
  signal?: AbortSignal,
): Promise<BatchJob | undefined> {
  for (const ms of LOOKS_MS) {
    await port.clock.sleep(ms, signal);
    try {
      const found = await findJob(port, request, mark, signal);
      if (found) return found;
    } catch (error) {
      if (!(error instanceof DatabentoError)) throw error;
      throw new SubmissionUnknownError(mark, lost);
    }
  }
  return undefined;
}
