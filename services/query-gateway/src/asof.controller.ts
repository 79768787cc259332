import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { openAsof, Storage } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './access/caller.js';
import { answerRange } from './answer-range.js';
import { closing } from './closing.js';
import { asofParameters, readAsofRequest } from './domain/asof-request.js';
import { Operation } from './openapi/operation.js';
import { QUERY_STORAGE, TABLE_ANSWERS } from './timeseries.controller.js';

@Controller('v1/asof')
export class AsofController {
  constructor(
    @Inject(QUERY_STORAGE) private readonly storage: Storage,
    private readonly lookups: Storage,
  ) {}

  /** Trades, each with the quote as of it. */
  @Get()
  @Operation({
    summary: 'Read trades with the quotes as of them',
    description:
      'The last quote of the instrument at the time of the trade or before, by index timestamp to the nanosecond; of several of one time the last in the source.',
    role: 'reader',
    query: asofParameters,
    answers: TABLE_ANSWERS,
    problems: ['unknown-dataset', 'unknown-symbol', 'nothing-held', 'impossible-request'],
  })
  async read(
    @Query() query: Record<string, unknown>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readAsofRequest(query, http.headers.accept);
    const outcome = await openAsof(this.storage, this.lookups, request, closing(reply));
    return answerRange(this.storage, request, outcome, answerCaps(http), reply);
  }
}
