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
import type { RecordCursor, TimeseriesAnswer } from '@tapeline/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerCaps } from './access/caller.js';
import { closing } from './closing.js';
import type { AnswerCaps } from './domain/answer-caps.js';
import { requireFields } from './domain/answer-columns.js';
import { csvFormat, jsonFormat, ndjsonFormat } from './domain/answer-format.js';
import type { AnswerFormat } from './domain/answer-format.js';
import { AnswerStream } from './domain/answer-stream.js';
import { writeCursor } from './domain/cursor.js';
import { dbnFormat } from './domain/dbn-format.js';
import { manifestHeader, manifestOf } from './domain/manifest.js';
import { readPage } from './domain/read-page.js';
import { tableFormat } from './domain/table-format.js';
import {
  bodyParameters,
  readTimeseriesRequest,
  timeseriesParameters,
} from './domain/timeseries-request.js';
import type { TimeseriesRequest } from './domain/timeseries-request.js';
import { explainNothing, explainRefusal } from './explain-refusal.js';
import { Operation } from './openapi/operation.js';
import { sendAnswer } from './send-answer.js';

/** Injection token of the storage whose connections are for queries: slow readers may take them all. */
export const QUERY_STORAGE = Symbol('query storage');

const TIMESERIES_NOTES =
  'Symbols are resolved as of each UTC day. 206 says that a part of the range is not held, or that a symbol meant nothing on some of its days.';

const ANSWERS = {
  'application/json': 'text',
  'application/x-ndjson': 'text',
  'text/csv': 'text',
  'application/vnd.apache.arrow.stream': 'binary',
  'application/vnd.apache.parquet': 'binary',
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
    answers: ANSWERS,
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
    answers: ANSWERS,
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
    if (outcome.outcome !== 'answer') throw await explainRefusal(this.storage, request, outcome);
    const { records, nextCursor } = await openRecords(request, outcome);
    const first = await firstRecords(records);
    if (first === undefined) {
      const problem = await explainNothing(this.storage, request, outcome);
      if (problem) throw problem;
    }
    const format = formatOf(request, outcome);
    const isPartial = outcome.missing.length > 0;
    reply.header('X-Tapeline-Manifest', manifestHeader(outcome));
    if (isPartial)
      reply.status(HttpStatus.PARTIAL_CONTENT).header('X-Warning', gapWarning(outcome));
    if (nextCursor !== undefined) reply.header('X-Tapeline-Next-Cursor', nextCursor);
    const stream = new AnswerStream(records, first, format, { caps, nextCursor });
    return sendAnswer(reply, stream, format, request);
  }
}

function formatOf(request: TimeseriesRequest, answer: TimeseriesAnswer): AnswerFormat {
  const { schema } = answer;
  switch (request.encoding) {
    case 'csv':
      return csvFormat(schema, request);
    case 'ndjson':
      return ndjsonFormat(schema, request);
    case 'arrow':
    case 'parquet':
      return tableFormat(request.encoding, schema, request, tableMetadata(request));
    case 'dbn':
      return dbnFormat(request, answer);
    case 'json':
      return jsonFormat(manifestOf({ request, answer }, request.manifest), schema, request);
  }
}

const tableMetadata = ({ dataset, schema }: TimeseriesRequest): ReadonlyMap<string, string> =>
  new Map([
    ['dbn.dataset', dataset],
    ['dbn.schema', schema],
    ['dbn.price_unit', '1e-9'],
  ]);

/** Answers of the store, or one page of them. */
async function openRecords(request: TimeseriesRequest, { records, schema }: TimeseriesAnswer) {
  try {
    requireFields(schema, request);
    if (request.pageSize === undefined) return { records, nextCursor: undefined };
    const page = await readPage(records, request.pageSize, request.from);
    return { records: page.records, nextCursor: page.next && writeCursor(page.next) };
  } catch (error) {
    await records.close();
    throw error;
  }
}

/** The first records of an answer; it is closed if there is an error. */
export async function firstRecords(records: Pick<RecordCursor, 'next' | 'close'>) {
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
