import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnModuleDestroy } from '@nestjs/common';
import { ApiError } from '@tapeline/historical-api';
import { newJobId } from '../domain/batch/batch-job.js';
import type { BatchJob, JobFile } from '../domain/batch/batch-job.js';
import type { BatchRequest } from '../domain/batch/batch-request.js';
import { Faults } from '../domain/faults.js';
import type { MarketSource } from '../domain/market-source.js';
import { planRange } from '../domain/plan-range.js';
import type { RangePlan } from '../domain/plan-range.js';
import { MARKET_SOURCE } from '../http/market-source.token.js';
import { processJob } from './process-job.js';
import { TemporaryFolder } from './temporary-folder.js';

/** Looks at a job: the first shows it processing, the next may show it done. */
const POLLS = 1;

/** Jobs and their files, for as long as the process runs. They are processed one after the other. */
@Injectable()
export class BatchJobs implements OnModuleDestroy {
  readonly #logger = new Logger('batch');
  readonly #jobs = new Map<string, BatchJob & { folder?: string }>();
  readonly #folder = new TemporaryFolder();
  readonly #stop = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(
    @Inject(MARKET_SOURCE) private readonly source: MarketSource,
    private readonly faults: Faults,
  ) {}

  /** @throws ApiError for everything that get_range would refuse, too. */
  submit(
    request: BatchRequest,
    { userId, baseUrl }: { userId: string; baseUrl: string },
  ): { job: BatchJob; isPartial: boolean } {
    const plan = planRange(this.source, request);
    const received = Temporal.Now.instant().epochNanoseconds;
    const job: BatchJob = {
      id: newJobId(request.dataset, received),
      userId,
      request,
      pollsLeft: this.faults.take('slow', 'batch.submit_job')?.polls ?? POLLS,
      progress: 0,
      received,
      processStart: null,
      processDone: null,
      result: null,
      failure: null,
      state: 'queued',
    };
    this.#jobs.set(job.id, job);
    this.#work = this.#work.then(() => this.#process(job, plan, baseUrl));
    const { partial, notFound } = plan.metadata;
    return { job, isPartial: partial.length + notFound.length > 0 };
  }

  /** All jobs of a user, oldest first; each is thereby looked at. */
  list(userId: string): readonly BatchJob[] {
    const own = [...this.#jobs.values()].filter((job) => job.userId === userId);
    for (const job of own) look(job);
    return own;
  }

  /** Looks at one. @throws ApiError if there is none; what its processing failed of. */
  get(id: string, userId: string): BatchJob {
    const job = this.#find(id, userId);
    if (job.failure) throw job.failure;
    look(job);
    return job;
  }

  /** @throws ApiError if there is no such job, if it is not done, or expired. */
  files(id: string, userId: string): readonly JobFile[] {
    const { state, result } = this.#find(id, userId);
    if (state === 'expired') {
      throw new ApiError(410, 'batch_files_expired', `The files of job ${id} have expired.`);
    }
    if (state !== 'done' || !result) {
      const message = `The job ${id} is ${state}: its files can be listed once it is done.`;
      throw new ApiError(409, 'batch_job_not_done', message);
    }
    return result.files;
  }

  /** @throws ApiError if there is no such file, too. */
  file(id: string, userId: string, filename: string): JobFile & { readonly path: string } {
    const file = this.files(id, userId).find((file) => file.filename === filename);
    const folder = this.#jobs.get(id)?.folder;
    if (file && folder !== undefined) return { ...file, path: join(folder, filename) };
    throw new ApiError(404, 'batch_file_not_found', `The job ${id} has no file ${filename}.`);
  }

  /** Deletes the files of a job, as if 30 days had passed. @throws ApiError if there is none. */
  async expire(id: string): Promise<void> {
    const job = this.#find(id);
    await this.#work;
    job.state = 'expired';
    if (job.folder !== undefined) await rm(job.folder, { recursive: true });
  }

  async onModuleDestroy(): Promise<void> {
    this.#stop.abort();
    await this.#work;
    await this.#folder.remove();
  }

  #find(id: string, userId?: string): BatchJob & { folder?: string } {
    const job = this.#jobs.get(id);
    if (job && (userId === undefined || job.userId === userId)) return job;
    throw new ApiError(404, 'batch_job_not_found', `There is no batch job ${id}.`);
  }

  async #process(job: BatchJob & { folder?: string }, plan: RangePlan, baseUrl: string) {
    if (this.#stop.signal.aborted) return;
    job.processStart = Temporal.Now.instant().epochNanoseconds;
    try {
      job.folder = await this.#folder.make(job.id);
      job.result = await processJob(this.source, {
        plan,
        request: job.request,
        place: { baseUrl, userId: job.userId, jobId: job.id },
        folder: job.folder,
        onProgress: (percent) => (job.progress = percent),
        signal: this.#stop.signal,
      });
      job.processDone = Temporal.Now.instant().epochNanoseconds;
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      job.failure = error as Error;
      this.#logger.error(`job ${job.id} failed: ${String(error)}`);
    }
  }
}

/** Moves a job on by a step: what can be seen of it goes by looks, so that tests see every state. */
function look(job: BatchJob): void {
  if (job.state === 'queued') job.state = 'processing';
  else if (job.state === 'processing' && job.pollsLeft <= 0 && job.result) job.state = 'done';
  job.pollsLeft -= 1;
}
