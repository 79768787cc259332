import {
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Post,
  Res,
  UseFilters,
} from '@nestjs/common';
import { MetadataApi, rangeFields, resolveFields } from '@tapeline/historical-api';
import type { Fields } from '@tapeline/historical-api';
import { Storage } from '@tapeline/storage';
import type { FastifyReply } from 'fastify';
import { closing } from '../closing.js';
import { symbologyAnswerSchema } from '../domain/symbology-answer.js';
import { Operation } from '../openapi/operation.js';
import { QUERY_STORAGE } from '../timeseries.controller.js';
import { costAnswer, countAnswer } from './historical-answers.js';
import { HistoricalErrorFilter } from './historical-error.filter.js';
import { RequestFields } from './request-fields.js';
import { StoredHistory } from './stored-history.js';

/** Calls with lists of symbols, which come as a query or, since they may be long, as a form. */
@Controller('v0')
@UseFilters(HistoricalErrorFilter)
export class HistoricalSymbolsController {
  constructor(
    private readonly storage: Storage,
    @Inject(QUERY_STORAGE) private readonly queries: Storage,
  ) {}

  @Get('metadata.get_record_count')
  @Operation({
    summary: 'Count the records of a range',
    role: 'reader',
    query: rangeFields,
    answers: { 'application/json': countAnswer },
  })
  getRecordCount(@RequestFields() fields: Fields, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#api(reply).getRecordCount(fields);
  }

  @Post('metadata.get_record_count')
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: 'Count the records of a range, from a form',
    role: 'reader',
    body: rangeFields,
    answers: { 'application/json': countAnswer },
  })
  postRecordCount(
    @RequestFields() fields: Fields,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#api(reply).getRecordCount(fields);
  }

  @Get('metadata.get_billable_size')
  @Operation({
    summary: "Tell the bytes of a range's records, uncompressed",
    role: 'reader',
    query: rangeFields,
    answers: { 'application/json': countAnswer },
  })
  getBillableSize(
    @RequestFields() fields: Fields,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#api(reply).getBillableSize(fields);
  }

  @Post('metadata.get_billable_size')
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: "Tell the bytes of a range's records, uncompressed, from a form",
    role: 'reader',
    body: rangeFields,
    answers: { 'application/json': countAnswer },
  })
  postBillableSize(
    @RequestFields() fields: Fields,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.#api(reply).getBillableSize(fields);
  }

  @Get('metadata.get_cost')
  @Operation({
    summary: 'Tell what a range costs: nothing, if it is held',
    role: 'reader',
    query: rangeFields,
    answers: { 'application/json': costAnswer },
  })
  getCost(@RequestFields() fields: Fields, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#api(reply).getCost(fields);
  }

  @Post('metadata.get_cost')
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: 'Tell what a range costs: nothing, if it is held, from a form',
    role: 'reader',
    body: rangeFields,
    answers: { 'application/json': costAnswer },
  })
  postCost(@RequestFields() fields: Fields, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#api(reply).getCost(fields);
  }

  @Get('symbology.resolve')
  @Operation({
    summary: 'Tell what symbols meant day by day',
    role: 'reader',
    query: resolveFields,
    answers: { 'application/json': symbologyAnswerSchema },
  })
  getResolution(@RequestFields() fields: Fields, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#api(reply).resolve(fields);
  }

  @Post('symbology.resolve')
  @HttpCode(HttpStatus.OK)
  @Operation({
    summary: 'Tell what symbols meant day by day, from a form',
    role: 'reader',
    body: resolveFields,
    answers: { 'application/json': symbologyAnswerSchema },
  })
  postResolution(@RequestFields() fields: Fields, @Res({ passthrough: true }) reply: FastifyReply) {
    return this.#api(reply).resolve(fields);
  }

  #api(reply: FastifyReply): MetadataApi {
    return new MetadataApi(new StoredHistory(this.storage, this.queries, closing(reply)));
  }
}
