import { mkdir } from 'node:fs/promises';
import { batchForm } from './batch-requests.js';
import type { BatchJobRequest, ListJobsRequest } from './batch-requests.js';
import * as responses from './batch-responses.js';
import type { BatchFile, BatchJob } from './batch-responses.js';
import type { Caller } from './caller.js';
import type { Clock } from './clock.js';
import { downloadFile } from './download-file.js';
import type { DownloadedFile } from './download-file.js';
import { downloadJob, filePath } from './download-job.js';
import type { DownloadJobRequest } from './download-job.js';
import { isOutcomeUnknown } from './is-outcome-unknown.js';
import { submitJobOnce } from './submit-job-once.js';
import type { SubmitOnceOptions } from './submit-job-once.js';

/** batch.*: large ranges as files. */
export class BatchClient {
  readonly #caller: Caller;
  readonly #clock: Clock;

  constructor(caller: Caller) {
    this.#caller = caller;
    this.#clock = caller.clock;
  }

  /**
   * Submits a job. **Bills it at once**, and each time: so it is repeated only where it cannot have
   * arrived (no connection, 429). If the answer is lost nobody knows; see {@link submitJobOnce}.
   * @throws RangeError if the request cannot be meant.
   */
  async submitJob(request: BatchJobRequest, signal?: AbortSignal): Promise<BatchJob> {
    const method = 'batch.submit_job';
    const form = batchForm(request);
    const lost: { error?: unknown } = {};
    const job = await this.#caller.retried(method, signal, async () => {
      try {
        return await this.#caller.json({ method, form, signal }, responses.job);
      } catch (error) {
        if (!isOutcomeUnknown(error)) throw error;
        // Anything but a throw ends the retries.
        lost.error = error;
        return undefined;
      }
    });
    if (job) return job;
    throw lost.error;
  }

  /**
   * Submits a job so that a lost answer does not lead to a second one: looks for a new job of the same
   * parameters before it submits again. `onMark` gives what to keep to do so after a crash, too.
   * @throws SubmissionUnknownError if it cannot be found out.
   */
  submitJobOnce(
    request: BatchJobRequest,
    options: SubmitOnceOptions = {},
    signal?: AbortSignal,
  ): Promise<BatchJob> {
    const port = {
      clock: this.#clock,
      listJobs: this.listJobs.bind(this),
      submitJob: this.submitJob.bind(this),
    };
    return submitJobOnce(port, request, options, signal);
  }

  /** Jobs of the account, oldest first. */
  listJobs(request: ListJobsRequest = {}, signal?: AbortSignal): Promise<BatchJob[]> {
    const query = {
      states: request.states?.join(','),
      since: request.since === undefined ? undefined : String(request.since),
    };
    return this.#caller.get('batch.list_jobs', query, responses.jobs, signal);
  }

  /** One job. @throws NotFoundError if there is none of this id. */
  getJobDetails(jobId: string, signal?: AbortSignal): Promise<BatchJob> {
    const method = 'batch.get_job_details';
    return this.#caller.get(method, { job_id: jobId }, responses.job, signal);
  }

  /**
   * Files of a job that is done, those that describe it included (`manifest.json`, `condition.json`, …).
   * @throws NotFoundError if there is no such job; FilesExpiredError after 30 days.
   */
  listFiles(jobId: string, signal?: AbortSignal): Promise<BatchFile[]> {
    return this.#caller.get('batch.list_files', { job_id: jobId }, responses.files, signal);
  }

  /**
   * Downloads one file into a folder, from where an earlier download broke off. It gets its name once its
   * sha256 is as announced. Free of charge.
   * @throws ChecksumError, NotFoundError, FilesExpiredError.
   */
  async downloadFile(
    request: {
      readonly jobId: string;
      readonly file: BatchFile;
      readonly folder: string;
      /** Takes a file that was announced without a sha256. */
      readonly allowUnchecked?: boolean;
      /** Told how many bytes of the file there are. */
      readonly onBytes?: (bytes: number) => void;
    },
    signal?: AbortSignal,
  ): Promise<DownloadedFile> {
    const { jobId, ...rest } = request;
    const job =
      rest.file.httpsUrl === null
        ? await this.getJobDetails(jobId, signal)
        : { id: jobId, userId: null };
    await mkdir(rest.folder, { recursive: true });
    return downloadFile(this.#caller, { ...rest, path: filePath(job, rest.file) }, signal);
  }

  /**
   * Downloads all files of a job into `folder/JOB`, several at a time; files that are there and right are
   * left alone.
   * @throws JobNotDoneError, and what {@link downloadFile} throws.
   */
  downloadJob(request: DownloadJobRequest, signal?: AbortSignal): Promise<DownloadedFile[]> {
    const port = {
      getJobDetails: this.getJobDetails.bind(this),
      listFiles: this.listFiles.bind(this),
      download: downloadFile.bind(undefined, this.#caller),
    };
    return downloadJob(port, request, signal);
  }
}
