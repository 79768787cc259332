import { datasetSchema, STYPES_IN } from '@tapeline/contracts';
import type { BarSource, RangeQuery } from '@tapeline/storage';
import { z } from 'zod';
import { answerOptions, answerParameters, refuseDbn } from './answer-options.js';
import type { AnswerOptions } from './answer-options.js';
import type { BarTime, Bucket } from './bar-windows.js';
import { Problem } from './problem.js';
import { once, readParameters, requireIds, symbolsParameter } from './query-parameters.js';
import type { QueryString } from './query-parameters.js';
import { readRange } from './read-range.js';
import { wholeNumber } from './whole-number.js';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
const MICROSECONDS = 1_000_000;
const DAY_S = 86_400;
/** Bars of one symbol that one request may span. */
const MOST_BARS = 1_000_000n;

const SOURCES = ['auto', 'trades', 'ohlcv-1s', 'ohlcv-1m', 'ohlcv-1h', 'ohlcv-1d'] as const;

/** How long a bar of stored bars is, in seconds. */
export const SOURCE_SECONDS: Readonly<Record<Exclude<BarSource, 'trades'>, number>> = {
  'ohlcv-1s': 1,
  'ohlcv-1m': 60,
  'ohlcv-1h': 3_600,
  'ohlcv-1d': DAY_S,
};

/** The query string of `GET /v1/bars`. */
export const barsParameters = z.strictObject({
  dataset: z.preprocess(once, datasetSchema),
  symbols: symbolsParameter,
  stype_in: z.preprocess(once, z.enum(STYPES_IN).default('raw_symbol')),
  start: z.preprocess(once, z.string()),
  end: z.preprocess(once, z.string().optional()),
  bucket: z
    .preprocess(
      once,
      z
        .string()
        .regex(
          /^([1-9]\d{0,4}[smhd]|day|week|month|session)$/,
          'a bucket is a number with s, m, h or d, such as 15m, or day, week, month or session',
        )
        .default('1d'),
    )
    .meta({ description: 'Length of a bar: 1s, 15m, 4h, 1d, or day, week, month, session' }),
  session: z
    .preprocess(once, z.enum(['all', 'rth', 'eth']).default('all'))
    .meta({ description: "Records of these sessions only, by the market's calendar" }),
  tz: z
    .preprocess(
      once,
      z.string().default('UTC').refine(isZone, 'tz is an IANA name such as America/Chicago'),
    )
    .meta({ description: 'Zone by whose midnights day, week and month begin' }),
  from: z.preprocess(once, z.enum(SOURCES).default('auto')).meta({
    description:
      'What bars are made of; auto takes stored bars of that very length if they are held, else trades',
  }),
  fill: z.preprocess(once, z.enum(['none', 'previous']).default('none')).meta({
    description: 'previous: bars without records repeat the close before them, with no volume',
  }),
  limit: z.preprocess(once, wholeNumber('limit').optional()),
  ...answerParameters,
});

export interface BarsRequest extends Omit<RangeQuery, 'schema'>, AnswerOptions {
  readonly bars: BarTime;
  readonly source: BarSource | 'auto';
  readonly isFilled: boolean;
  readonly limit: number | undefined;
}

/** @throws Problem that names every invalid parameter. */
export function readBarsRequest(query: QueryString, accept: string | undefined): BarsRequest {
  const given = readParameters(barsParameters, query, 'dataset, symbols and start are required');
  const { dataset, symbols, stype_in: stypeIn, from: source } = given;
  if (stypeIn === 'instrument_id') requireIds(symbols);
  const options = answerOptions(given, accept);
  refuseDbn(options);
  const range = readRange(given);
  const bucket = bucketOf(given.bucket);
  const bars: BarTime = { bucket, filter: given.session, zone: given.tz, ...range };
  refuseUnfit(source, bars);
  if (bucket.unit === 'fixed') refuseTooMany(bucket.width, range);
  const isFilled = given.fill === 'previous';
  return {
    ...options,
    dataset,
    symbols,
    stypeIn,
    ...range,
    bars,
    source,
    isFilled,
    limit: given.limit,
  };
}

function bucketOf(text: string): Bucket {
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (count === undefined) return { unit: text as 'day' | 'week' | 'month' | 'session' };
  return { unit: 'fixed', width: Number(count) * SECONDS[unit]! * MICROSECONDS };
}

/** Bars are made of shorter ones that fit into them without a rest. */
function refuseUnfit(source: BarsRequest['source'], { bucket, filter, zone }: BarTime): void {
  if (source === 'auto' || source === 'trades') return;
  const seconds = SOURCE_SECONDS[source];
  const fits =
    bucket.unit === 'fixed'
      ? bucket.width % (seconds * MICROSECONDS) === 0
      : seconds < DAY_S || (bucket.unit !== 'session' && filter === 'all' && zone === 'UTC');
  if (fits && (filter === 'all' || seconds <= 60)) return;
  throw new Problem(
    'impossible-request',
    `bars of ${source} do not fit into the ones asked for`,
    'Make them of shorter bars or of trades.',
  );
}

function refuseTooMany(width: number, { start, end }: { start: bigint; end: bigint }): void {
  const bars = (end - start) / (BigInt(width) * 1000n);
  if (bars <= MOST_BARS) return;
  throw new Problem(
    'impossible-request',
    `${bars} bars for each symbol are more than ${MOST_BARS}`,
    'Ask for longer bars or a shorter range.',
  );
}

function isZone(name: string): boolean {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name) !== undefined;
  } catch {
    return false;
  }
}
