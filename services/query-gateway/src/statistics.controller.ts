import { Controller, Get, Inject, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { OPEN_INTEREST, openDailyStatistics, SETTLEMENTS, Storage } from '@tapeline/storage';
import type { DailyFigure } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { closing } from './closing.js';
import { csvFormat, jsonFormat } from './domain/answer-format.js';
import { AnswerStream } from './domain/answer-stream.js';
import {
  openInterestParameters,
  readStatisticsRequest,
  settlementsParameters,
} from './domain/statistics-request.js';
import type { StatisticsRequest } from './domain/statistics-request.js';
import { explainNothing, explainRefusal } from './explain-refusal.js';
import { Operation } from './openapi/operation.js';
import { firstRecords, QUERY_STORAGE } from './timeseries.controller.js';

const ANSWERS = {
  'application/json': z
    .object({ records: z.array(z.looseObject({ date: z.iso.date() })), count: z.int() })
    .loose(),
  'text/csv': 'text',
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
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readStatisticsRequest(settlementsParameters, query, headers.accept);
    return this.#answer(SETTLEMENTS, request, reply);
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
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readStatisticsRequest(openInterestParameters, query, headers.accept);
    return this.#answer(OPEN_INTEREST, request, reply);
  }

  async #answer(
    figure: DailyFigure,
    request: StatisticsRequest,
    reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { storage, lookups } = this;
    const outcome = await openDailyStatistics(storage, lookups, figure, request, closing(reply));
    if (outcome.outcome !== 'answer') throw await explainRefusal(storage, request, outcome);
    const first = await firstRecords(outcome);
    if (first === undefined) {
      const problem = await explainNothing(storage, request, outcome);
      if (problem) throw problem;
    }
    const format = request.encoding === 'csv' ? csvFormat(outcome) : jsonFormat(request, outcome);
    reply.header('Cache-Control', 'no-store').header('Vary', 'Accept');
    return new StreamableFile(new AnswerStream(outcome.records, first, format), {
      type: format.contentType,
    });
  }
}
