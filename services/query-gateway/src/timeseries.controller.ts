import { Controller, Get, Inject, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { openTimeseries, Storage } from '@tapeline/storage';
import type { TimeseriesAnswer } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { closing } from './closing.js';
import { csvFormat, jsonFormat } from './domain/answer-format.js';
import type { AnswerFormat } from './domain/answer-format.js';
import { AnswerStream } from './domain/answer-stream.js';
import { dbnFormat } from './domain/dbn-format.js';
import { readTimeseriesRequest, timeseriesParameters } from './domain/timeseries-request.js';
import type { TimeseriesRequest } from './domain/timeseries-request.js';
import { explainNothing, explainRefusal } from './explain-refusal.js';
import { Operation } from './openapi/operation.js';

/** Injection token of the storage whose connections are for queries: slow readers may take them all. */
export const QUERY_STORAGE = Symbol('query storage');

@Controller('v1/timeseries')
export class TimeseriesController {
  constructor(
    @Inject(QUERY_STORAGE) private readonly storage: Storage,
    private readonly lookups: Storage,
  ) {}

  /** Records of a range, in Databento's parameters, as JSON, CSV or DBN. */
  @Get()
  @Operation({
    summary: 'Read records of a range',
    role: 'reader',
    query: timeseriesParameters,
    answers: {
      'application/json': 'text',
      'text/csv': 'text',
      'application/octet-stream': 'binary',
    },
    problems: ['unknown-dataset', 'unknown-symbol', 'nothing-held', 'impossible-request'],
  })
  async read(
    @Query() query: Record<string, unknown>,
    @Req() { headers }: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const request = readTimeseriesRequest(query, headers.accept);
    const outcome = await openTimeseries(this.storage, this.lookups, request, closing(reply));
    if (outcome.outcome !== 'answer') throw await explainRefusal(this.storage, request, outcome);
    const first = await firstRecords(outcome);
    if (first === undefined) {
      const problem = await explainNothing(this.storage, request, outcome);
      if (problem) throw problem;
    }
    const format = formatOf(request, outcome);
    reply.header('Cache-Control', 'no-store').header('Vary', 'Accept');
    if (outcome.missing.length > 0) reply.header('X-Warning', gapWarning(outcome));
    return new StreamableFile(new AnswerStream(outcome.records, first, format), {
      type: format.contentType,
    });
  }
}

function formatOf(request: TimeseriesRequest, answer: TimeseriesAnswer): AnswerFormat {
  switch (request.encoding) {
    case 'csv':
      return csvFormat(answer);
    case 'dbn':
      return dbnFormat(request, answer);
    case 'json':
      return jsonFormat(request, answer);
  }
}

/** The first records of an answer; it is closed if there is an error. */
export async function firstRecords({ records }: TimeseriesAnswer) {
  try {
    return await records.next();
  } catch (error) {
    await records.close();
    throw error;
  }
}

/** In the form of Databento's header: a JSON array of `Category: text`. */
const gapWarning = ({ missing }: TimeseriesAnswer): string =>
  JSON.stringify([
    `Warning: ${missing.length} parts of the range are not held; "missing" in the JSON encoding lists them`,
  ]);
