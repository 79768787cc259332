import { datasetSchema, schemaNameSchema, STYPES_IN } from '@tapeline/contracts';
import type { TimeseriesQuery } from '@tapeline/storage';
import { z } from 'zod';
import { answerOptions, answerParameters } from './answer-options.js';
import type { AnswerOptions } from './answer-options.js';
import { readCursor } from './cursor.js';
import { Problem } from './problem.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import { readRange } from './read-range.js';
import { readConditions, whereParameter } from './where.js';
import { wholeNumber } from './whole-number.js';

/** Records of a page at most: it is read whole before it is sent. */
const MOST_OF_A_PAGE = 10_000;

export interface TimeseriesRequest extends TimeseriesQuery, AnswerOptions {
  /** Records of a page, if pages were asked for. */
  readonly pageSize: number | undefined;
}

/** The query string of `GET /v1/timeseries`. */
export const timeseriesParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  schema: z.preprocess(once, schemaNameSchema),
  /** Separated by commas; repeated parameters are taken together. */
  symbols: symbolsParameter,
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: z.preprocess(once, z.string()),
  end: z.preprocess(once, z.string().optional()),
  limit: z
    .preprocess(once, wholeNumber('limit').optional())
    .meta({ description: 'Most records of the answer' }),
  order: z.preprocess(once, z.enum(['asc', 'desc']).default('asc')).meta({
    description: 'By index timestamp, then as the source had them; desc turns that round',
  }),
  where: whereParameter,
  page_size: z
    .preprocess(
      once,
      wholeNumber('page_size')
        .refine((size) => size <= MOST_OF_A_PAGE, `page_size is at most ${MOST_OF_A_PAGE}`)
        .optional(),
    )
    .meta({ description: 'Records of a page; next_cursor and Link lead to the next one' }),
  cursor: z
    .preprocess(once, z.string().optional())
    .meta({ description: 'next_cursor of the page before' }),
  ...answerParameters,
});

/**
 * Reads the query parameters of `GET /v1/timeseries`, which have Databento's names.
 * @param accept the request's Accept header; it chooses the encoding where no parameter does.
 * @throws Problem that names every invalid parameter.
 */
export function readTimeseriesRequest(
  query: Readonly<Record<string, unknown>>,
  accept: string | undefined,
): TimeseriesRequest {
  const remedy = 'dataset, schema, symbols and start are required';
  const request = readParameters(timeseriesParameters, query, remedy);
  const { dataset, schema, symbols, stype_in: stypeIn, page_size: pageSize } = request;
  if (stypeIn === 'instrument_id') requireIds(symbols);
  const options = answerOptions(request, accept);
  refuseContradictions(request, options);
  return {
    ...options,
    dataset,
    schema,
    symbols,
    stypeIn,
    ...readRange(request),
    limit: pageSize === undefined ? request.limit : pageSize + 1,
    pageSize,
    isDescending: request.order === 'desc',
    conditions: request.where && readConditions(request.where),
    from: request.cursor === undefined ? undefined : readCursor(request.cursor),
  };
}

type Given = z.output<typeof timeseriesParameters>;

/** @throws Problem for parameters that mean nothing together. */
function refuseContradictions(given: Given, { encoding, fields, price }: AnswerOptions): void {
  const refuse = (detail: string, remedy: string): never => {
    throw new Problem('impossible-request', detail, remedy);
  };
  if (given.page_size !== undefined && given.limit !== undefined) {
    refuse(
      'limit and page_size are both given',
      'Pages come one after the other: leave out limit.',
    );
  }
  if (given.cursor !== undefined && given.page_size === undefined) {
    refuse('cursor is given without page_size', 'Pass the page_size of the page before, too.');
  }
  if (encoding === 'dbn' && fields) {
    refuse('DBN has whole records', 'Leave fields out, or ask for another encoding.');
  }
  if (price === 'float' && !['json', 'ndjson', 'csv'].includes(encoding)) {
    refuse(
      `${encoding} has prices as integers in units of 1e-9`,
      'px=float is for json, ndjson and csv.',
    );
  }
}

/** A JSON body in the form of a query string: lists for repeated parameters, numbers and booleans for their texts. */
export function bodyParameters(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem(
      'invalid-parameters',
      'the body is no JSON object',
      'Send the parameters of GET /v1/timeseries as a JSON object.',
    );
  }
  const asText = (value: unknown): unknown =>
    typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(asText) : asText(value),
    ]),
  );
}
