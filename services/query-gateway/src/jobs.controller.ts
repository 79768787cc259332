import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import { readJob, readJobs, readReplay, Storage } from '@tapeline/storage';
import { ingestCommandSchema } from '@tapeline/contracts';
import type { JobDecision, JobState } from '@tapeline/contracts';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { jobPath, linksOf, submittedAnswer } from './domain/job-answer.js';
import {
  listParameters,
  readJobId,
  readJobSubmission,
  readLimit,
} from './domain/job-submission.js';
import { Problem } from './domain/problem.js';
import { JobBus } from './job-bus.js';
import {
  jobAcceptedAnswer,
  jobAnswer,
  jobCancelledAnswer,
  jobDecidedAnswer,
  jobsAnswer,
} from './openapi/answers/job.js';
import { Operation } from './openapi/operation.js';

const jobLink = (jobId: string): string => `/v1/jobs/${jobId}`;

const decision = {
  role: 'operator',
  path: jobPath,
  status: HttpStatus.ACCEPTED,
  answers: { 'application/json': jobDecidedAnswer },
  problems: ['unknown-job', 'not-waiting', 'bus-unavailable'],
} as const;

/** States in which a job may be cancelled. */
const CANCELLABLE: ReadonlySet<JobState> = new Set([
  'accepted',
  'awaiting_approval',
  'running',
  'cancelling',
]);

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly storage: Storage,
    private readonly bus: JobBus,
  ) {}

  /** The latest jobs first. */
  @Get()
  @Operation({
    summary: 'List the jobs',
    description: 'The latest first.',
    role: 'reader',
    query: listParameters,
    answers: { 'application/json': jobsAnswer },
  })
  async list(@Query() query: Record<string, unknown>) {
    return { jobs: await readJobs(this.storage, { limit: readLimit(query) }) };
  }

  @Get(':id')
  @Operation({
    summary: 'Show a job',
    role: 'reader',
    path: jobPath,
    answers: { 'application/json': jobAnswer },
    problems: ['unknown-job'],
  })
  async one(@Param('id') id: string) {
    const jobId = readJobId(id);
    const job = await readJob(this.storage, jobId);
    if (job) return job;
    throw new Problem(
      'unknown-job',
      `there is no job '${jobId}'`,
      'A job submitted just now appears when the fetcher takes it; GET /v1/jobs lists the jobs.',
    );
  }

  /** Takes an ingest command; the answer comes when the bus has stored it. */
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Submit a job',
    description:
      'Answered when the bus has the command; the job itself appears when the fetcher takes it.',
    role: 'operator',
    body: ingestCommandSchema,
    status: HttpStatus.ACCEPTED,
    answers: { 'application/json': jobAcceptedAnswer },
    problems: ['invalid-command', 'job-exists', 'bus-unavailable'],
  })
  async submit(@Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const submission = readJobSubmission(body);
    const { jobId } = submission;
    const existing = submission.isNamed ? await readJob(this.storage, jobId) : undefined;
    if (existing) {
      throw new Problem(
        'job-exists',
        `job '${jobId}' exists and is ${existing.state}`,
        `GET ${jobLink(jobId)} shows it. Leave job_id out to make a new job.`,
        { job_id: jobId, links: { job: jobLink(jobId) } },
      );
    }
    await this.bus.submit(submission);
    reply.header('Location', jobLink(jobId));
    return submittedAnswer(submission);
  }

  /** Lets a waiting job cost what it was quoted, or be complete although much of it is refused. */
  @Post(':id/approve')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({ summary: 'Approve a job that waits', ...decision })
  approve(@Param('id') id: string) {
    return this.decide(readJobId(id), 'approve');
  }

  /** Ends a waiting job: nothing more is bought. */
  @Post(':id/refuse')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({ summary: 'Refuse a job that waits', ...decision })
  refuse(@Param('id') id: string) {
    return this.decide(readJobId(id), 'refuse');
  }

  /** Ends a job that waits or runs: after the chunk in hand, and what is complete is kept. */
  @Post(':id/cancel')
  @HttpCode(HttpStatus.ACCEPTED)
  @Operation({
    summary: 'Cancel a job that waits or runs',
    description:
      'A running job ends after the chunk that is being fetched, and what is complete is kept. A job of which everything is fetched completes by itself.',
    role: 'operator',
    path: jobPath,
    status: HttpStatus.ACCEPTED,
    answers: { 'application/json': jobCancelledAnswer },
    problems: ['unknown-job', 'not-cancellable', 'bus-unavailable'],
  })
  async cancel(@Param('id') id: string): Promise<z.output<typeof jobCancelledAnswer>> {
    const jobId = readJobId(id);
    const { state } = await this.one(jobId);
    const links = linksOf(jobId);
    const isReplay = (await readReplay(this.storage, jobId)) !== undefined;
    if (isReplay || !CANCELLABLE.has(state)) {
      throw new Problem(
        'not-cancellable',
        isReplay
          ? `'${jobId}' is a replay, which buys nothing`
          : `job '${jobId}' is ${state} already`,
        `GET ${links.job} shows it.`,
        { job_id: jobId, links },
      );
    }
    await this.bus.decide({ job_id: jobId, decision: 'cancel' });
    return { job_id: jobId, decision: 'cancel', state, links };
  }

  private async decide(jobId: string, decision: JobDecision['decision']) {
    const job = await this.one(jobId);
    if (job.state !== 'awaiting_approval') {
      throw new Problem(
        'not-waiting',
        `job '${jobId}' does not wait for approval: it is ${job.state}`,
        `GET ${jobLink(jobId)} shows it.`,
        { job_id: jobId, links: { job: jobLink(jobId) } },
      );
    }
    await this.bus.decide({ job_id: jobId, decision });
    const { quote, reason } = job;
    return { job_id: jobId, decision, reason, quote, links: { job: jobLink(jobId) } };
  }
}
