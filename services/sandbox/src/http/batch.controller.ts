import { Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatchJobs } from '../batch/batch-jobs.js';
import { describeFiles } from '../domain/batch/describe-files.js';
import { describeJob } from '../domain/batch/describe-job.js';
import { Faults } from '../domain/faults.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { parseJobId, parseListing, parseSubmission } from './batch-fields.js';
import { FaultGuard } from './fault.guard.js';
import { RequestFields } from './request-fields.js';
import type { Fields } from '@tapeline/historical-api';
import { UserId } from './user-id.js';

const WRONG_HASH = `sha256:${'0'.repeat(64)}`;

@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class BatchController {
  constructor(
    private readonly jobs: BatchJobs,
    private readonly faults: Faults,
  ) {}

  @Post('batch.submit_job')
  submitJob(
    @RequestFields() fields: Fields,
    @UserId() userId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const baseUrl = baseUrlOf(request);
    const { job, isPartial } = this.jobs.submit(parseSubmission(fields), { userId, baseUrl });
    reply.status(isPartial ? 206 : 200);
    return describeJob(job);
  }

  @Get('batch.list_jobs')
  listJobs(@RequestFields() fields: Fields, @UserId() userId: string) {
    const { states, since } = parseListing(fields);
    return this.jobs
      .list(userId)
      .filter(({ state, received }) => states.includes(state) && received >= since)
      .map(describeJob);
  }

  @Get('batch.get_job_details')
  getJobDetails(@RequestFields() fields: Fields, @UserId() userId: string) {
    return describeJob(this.jobs.get(parseJobId(fields), userId));
  }

  @Get('batch.list_files')
  listFiles(
    @RequestFields() fields: Fields,
    @UserId() userId: string,
    @Req() request: FastifyRequest,
  ) {
    const jobId = parseJobId(fields);
    const files = this.jobs.files(jobId, userId);
    const fault = this.faults.take('hash', 'batch.list_files');
    return describeFiles(files, { baseUrl: baseUrlOf(request), userId, jobId }).map((file) =>
      fault && (fault.filename ?? file.filename) === file.filename
        ? { ...file, hash: WRONG_HASH }
        : file,
    );
  }
}

/** As the caller knows it, since official clients take URLs of files as they are. */
const baseUrlOf = ({ protocol, host }: FastifyRequest): string => `${protocol}://${host}`;
