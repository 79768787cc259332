import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { openLatest, Storage } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './access/caller.js';
import { answerRange } from './answer-range.js';
import { closing } from './closing.js';
import { latestParameters, readLatestRequest } from './domain/latest-request.js';
import { Operation } from './openapi/operation.js';
import { QUERY_STORAGE, RANGE_ANSWERS } from './timeseries.controller.js';

@Controller('v1/latest')
export class LatestController {
  constructor(@Inject(QUERY_STORAGE) private readonly storage: Storage) {}

  /** The last record of each symbol before a time. */
  @Get()
  @Operation({
    summary: 'Read the last record of each symbol',
    description:
      'By index timestamp, of the days before a time; of a parent, of each of its instruments.',
    role: 'reader',
    query: latestParameters,
    answers: RANGE_ANSWERS,
    problems: ['unknown-dataset', 'unknown-symbol', 'nothing-held', 'impossible-request'],
  })
  async read(
    @Query() query: Record<string, unknown>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const now = Temporal.Now.instant().epochNanoseconds;
    const request = readLatestRequest(query, http.headers.accept, now);
    const outcome = await openLatest(this.storage, request, closing(reply));
    return answerRange(this.storage, request, outcome, answerCaps(http), reply);
  }
}
