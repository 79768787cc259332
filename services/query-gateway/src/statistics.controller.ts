import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { OPEN_INTEREST, openDailyStatistics, SETTLEMENTS, Storage } from '@tapeline/storage';
import type { DailyFigure } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerCaps } from './access/caller.js';
import { answerRange } from './answer-range.js';
import { closing } from './closing.js';
import type { AnswerCaps } from './domain/answer-caps.js';
import {
  openInterestParameters,
  readStatisticsRequest,
  settlementsParameters,
} from './domain/statistics-request.js';
import type { StatisticsRequest } from './domain/statistics-request.js';
import { Operation } from './openapi/operation.js';
import { QUERY_STORAGE } from './timeseries.controller.js';

const ANSWERS = {
  'application/json': z
    .object({ records: z.array(z.looseObject({ date: z.iso.date() })), count: z.int() })
    .loose(),
  'application/x-ndjson': 'text',
  'text/csv': 'text',
  'application/vnd.apache.arrow.stream': 'binary',
  'application/vnd.apache.parquet': 'binary',
} as const;
const DESCRIPTION =
  'One record for each day, instrument and publisher: the latest figure that was told of the day, none if it was withdrawn. Symbols are those of that day.';

@Controller('v1/statistics')
export class StatisticsController {
  constructor(
    @Inject(QUERY_STORAGE) private readonly storage: Storage,
    private readonly lookups: Storage,
  ) {}

  /** Settlement prices, the latest of each day. */
  @Get('settlements')
  @Operation({
    summary: 'Read settlement prices by day',
    description: DESCRIPTION,
    role: 'reader',
    query: settlementsParameters,
    answers: ANSWERS,
    problems: ['unknown-dataset', 'unknown-symbol', 'nothing-held', 'impossible-request'],
  })
  settlements(
    @Query() query: Record<string, unknown>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readStatisticsRequest(settlementsParameters, query, http.headers.accept);
    return this.#answer(SETTLEMENTS, request, answerCaps(http), reply);
  }

  /** Open interest, the latest of each day. */
  @Get('open-interest')
  @Operation({
    summary: 'Read open interest by day',
    description: DESCRIPTION,
    role: 'reader',
    query: openInterestParameters,
    answers: ANSWERS,
    problems: ['unknown-dataset', 'unknown-symbol', 'nothing-held', 'impossible-request'],
  })
  openInterest(
    @Query() query: Record<string, unknown>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readStatisticsRequest(openInterestParameters, query, http.headers.accept);
    return this.#answer(OPEN_INTEREST, request, answerCaps(http), reply);
  }

  async #answer(
    figure: DailyFigure,
    request: StatisticsRequest,
    caps: AnswerCaps,
    reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { storage, lookups } = this;
    const outcome = await openDailyStatistics(storage, lookups, figure, request, closing(reply));
    return answerRange(storage, request, outcome, caps, reply);
  }
}
