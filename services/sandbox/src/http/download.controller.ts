import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import {
  Controller,
  Get,
  Headers,
  Param,
  Req,
  Res,
  StreamableFile,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatchJobs } from '../batch/batch-jobs.js';
import { zipFiles } from '../batch/zip-files.js';
import { ApiError } from '@tapeline/historical-api';
import { parseByteRange } from '../domain/batch/parse-byte-range.js';
import { Faults } from '../domain/faults.js';
import { spoilBytes } from '../domain/spoil-bytes.js';
import { Stalls } from '../domain/stalls.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { parseJobId } from './batch-fields.js';
import { FaultGuard } from './fault.guard.js';
import { RequestFields } from './request-fields.js';
import type { Fields } from '@tapeline/historical-api';
import { UserId } from './user-id.js';

/** Files of batch jobs: one of them, or any part of it, or all in a ZIP archive. */
@Controller('v0')
@UseGuards(ApiKeyGuard, FaultGuard)
export class DownloadController {
  constructor(
    private readonly jobs: BatchJobs,
    private readonly faults: Faults,
    private readonly stalls: Stalls,
  ) {}

  @Get('batch/download/:user/:job/:file')
  downloadFile(
    @Param() { user, job, file: filename }: { user: string; job: string; file: string },
    @UserId() userId: string,
    @Headers('range') header: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): StreamableFile {
    if (user !== userId) {
      throw new ApiError(404, 'batch_job_not_found', `There is no batch job ${job} of ${user}.`);
    }
    const { path, size } = this.jobs.file(job, userId, filename);
    reply.header('accept-ranges', 'bytes');
    const range = parseByteRange(header, size);
    if (range === 'outside') {
      reply.header('content-range', `bytes */${size}`);
      const message = `The file ${filename} has ${size} bytes, and none in the range '${header}'.`;
      throw new ApiError(416, 'range_not_satisfiable', message);
    }
    const { start, end } = range === 'whole' ? { start: 0, end: size } : range;
    if (range !== 'whole') {
      reply.status(206);
      reply.header('content-range', `bytes ${start}-${end - 1}/${size}`);
    }
    const bytes = createReadStream(path, { start, end: end - 1 });
    const type = 'application/octet-stream';
    return this.#send(bytes, request, { filename, type, length: end - start });
  }

  @Get('batch.download')
  downloadAll(
    @RequestFields() fields: Fields,
    @UserId() userId: string,
    @Req() request: FastifyRequest,
  ): StreamableFile {
    const jobId = parseJobId(fields);
    const { processDone } = this.jobs.get(jobId, userId);
    const files = this.jobs
      .files(jobId, userId)
      .map(({ filename }) => this.jobs.file(jobId, userId, filename));
    const archive = zipFiles(files, processDone ?? 0n);
    return this.#send(archive, request, { filename: `${jobId}.zip`, type: 'application/zip' });
  }

  #send(
    bytes: Readable,
    request: FastifyRequest,
    { filename, ...options }: { filename: string; type: string; length?: number },
  ): StreamableFile {
    const fault = this.faults.take('stream', 'batch.download', filename);
    const stall = () => this.stalls.stand('batch.download', request.raw.socket);
    const sent = fault
      ? Readable.from(spoilBytes(bytes, fault, stall), { objectMode: false })
      : bytes;
    return new StreamableFile(sent, {
      ...options,
      disposition: `attachment; filename="${filename.replaceAll(/["\\]/g, '_')}"`,
    });
  }
}
