import {
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Post,
  Req,
  Res,
  UseFilters,
} from '@nestjs/common';
import type { StreamableFile } from '@nestjs/common';
import { outputFields, rangeFields } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import { Storage } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from '../access/caller.js';
import { closing } from '../closing.js';
import { Operation } from '../openapi/operation.js';
import { QUERY_STORAGE } from '../timeseries.controller.js';
import { HistoricalErrorFilter } from './historical-error.filter.js';
import { RequestFields } from './request-fields.js';
import { sendRange } from './send-range.js';

const PARAMETERS = rangeFields.extend(outputFields.shape);
const NOTES =
  "As Databento's timeseries.get_range: CSV unless encoding=dbn or json asks for another, zstd with compression=zstd. What is not held of the range is named in X-Warning; 206 says that symbols resolved only partly.";
const ANSWERS = {
  'application/octet-stream': 'binary',
  'text/csv': 'text',
  'application/json': 'text',
} as const;

@Controller('v0')
@UseFilters(HistoricalErrorFilter)
export class HistoricalTimeseriesController {
  constructor(
    private readonly storage: Storage,
    @Inject(QUERY_STORAGE) private readonly queries: Storage,
  ) {}

  @Get('timeseries.get_range')
  @Operation({
    summary: "Read records of a range as Databento's clients do",
    description: NOTES,
    role: 'reader',
    query: PARAMETERS,
    answers: ANSWERS,
  })
  getRange(
    @RequestFields() fields: Fields,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return this.#send(fields, request, reply);
  }

  @Post('timeseries.get_range')
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: "Read records of a range as Databento's clients do, from a form",
    description: NOTES,
    role: 'reader',
    body: PARAMETERS,
    answers: ANSWERS,
  })
  postRange(
    @RequestFields() fields: Fields,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return this.#send(fields, request, reply);
  }

  #send(fields: Fields, request: FastifyRequest, reply: FastifyReply): Promise<StreamableFile> {
    return sendRange(
      { storage: this.storage, queries: this.queries },
      fields,
      answerCaps(request),
      reply,
      closing(reply),
    );
  }
}
