import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { openTimeseries, Storage } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './access/caller.js';
import { answerRange } from './answer-range.js';
import { closing } from './closing.js';
import type { AnswerCaps } from './domain/answer-caps.js';
import {
  bodyParameters,
  readTimeseriesRequest,
  timeseriesParameters,
} from './domain/timeseries-request.js';
import type { TimeseriesRequest } from './domain/timeseries-request.js';
import { Operation } from './openapi/operation.js';

/** Injection token of the storage whose connections are for queries: slow readers may take them all. */
export const QUERY_STORAGE = Symbol('query storage');

const TIMESERIES_NOTES =
  'Symbols are resolved as of each UTC day. 206 says that a part of the range is not held, or that a symbol meant nothing on some of its days.';

/** In which forms tables are answered. */
export const TABLE_ANSWERS = {
  'application/json': 'text',
  'application/x-ndjson': 'text',
  'text/csv': 'text',
  'application/vnd.apache.arrow.stream': 'binary',
  'application/vnd.apache.parquet': 'binary',
} as const;
/** In which forms records are. */
export const RANGE_ANSWERS = {
  ...TABLE_ANSWERS,
  'application/vnd.databento.dbn': 'binary',
} as const;
const PROBLEMS = [
  'unknown-dataset',
  'unknown-symbol',
  'nothing-held',
  'impossible-request',
] as const;

@Controller('v1/timeseries')
export class TimeseriesController {
  constructor(
    @Inject(QUERY_STORAGE) private readonly storage: Storage,
    private readonly lookups: Storage,
  ) {}

  /** Records of a range, in Databento's parameters. */
  @Get()
  @Operation({
    summary: 'Read records of a range',
    description: TIMESERIES_NOTES,
    role: 'reader',
    query: timeseriesParameters,
    answers: RANGE_ANSWERS,
    problems: PROBLEMS,
  })
  async read(
    @Query() query: Record<string, unknown>,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readTimeseriesRequest(query, http.headers.accept);
    return this.answer(request, answerCaps(http), reply);
  }

  /** The same for lists of symbols that an address has no room for. */
  @Post()
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: 'Read records of a range, for long lists of symbols',
    description: TIMESERIES_NOTES,
    role: 'reader',
    body: timeseriesParameters,
    answers: RANGE_ANSWERS,
    problems: PROBLEMS,
  })
  async readByBody(
    @Body() body: unknown,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readTimeseriesRequest(bodyParameters(body), http.headers.accept);
    return this.answer(request, answerCaps(http), reply);
  }

  private async answer(
    request: TimeseriesRequest,
    caps: AnswerCaps,
    reply: FastifyReply,
  ): Promise<StreamableFile> {
    const outcome = await openTimeseries(this.storage, this.lookups, request, closing(reply));
    return answerRange(this.storage, request, outcome, caps, reply);
  }
}
