import { z } from 'zod';
import { Problem } from './problem.js';
import { once } from './query-parameters.js';

export const ENCODINGS = ['json', 'ndjson', 'csv', 'arrow', 'parquet', 'dbn'] as const;
export type Encoding = (typeof ENCODINGS)[number];
export const COMPRESSIONS = ['none', 'gzip', 'zstd'] as const;

/** How an answer is written. */
export interface AnswerOptions {
  readonly encoding: Encoding;
  readonly compression: (typeof COMPRESSIONS)[number];
  /** Prices in text: decimals, integers in units of 1e-9, or floats, which are not exact. */
  readonly price: 'decimal' | 'fixed' | 'float';
  /** Times in text: nanoseconds since 1970, or ISO 8601. */
  readonly time: 'ns' | 'iso';
  readonly mapSymbols: boolean;
  /** Names of columns, `symbol` among them; undefined for all. */
  readonly fields: ReadonlySet<string> | undefined;
  /** Whether JSON tells everything about its origin. */
  readonly manifest: boolean;
}

/** What of it is about each record. */
export type RecordOptions = Pick<AnswerOptions, 'price' | 'time' | 'mapSymbols' | 'fields'>;

const flag = (fallback: 'true' | 'false') =>
  z.preprocess(
    once,
    z
      .enum(['true', 'false'])
      .default(fallback)
      .transform((text) => text === 'true'),
  );

/** The parameters of every tabular answer, by Databento's names where it has one. */
export const answerParameters = {
  encoding: z
    .preprocess(once, z.enum(ENCODINGS).optional())
    .meta({ description: 'Form of the answer; by default as Accept says, else json' }),
  compression: z
    .preprocess(once, z.enum(COMPRESSIONS).default('none'))
    .meta({ description: 'Told by Content-Encoding. Accept-Encoding alone compresses nothing' }),
  pretty_px: flag('true').meta({
    description: 'Prices of texts as decimals; false for integers in units of 1e-9',
  }),
  pretty_ts: flag('false').meta({
    description: 'Times of texts in ISO 8601; false for nanoseconds since 1970',
  }),
  map_symbols: flag('true').meta({ description: 'Whether each record tells its symbol' }),
  px: z
    .preprocess(once, z.enum(['exact', 'float']).default('exact'))
    .meta({ description: 'float: prices of texts as binary floats, which are not exact' }),
  fields: z
    .preprocess(
      (value) => (Array.isArray(value) ? value.join(',') : value),
      z
        .string()
        .transform((text) => new Set(text.split(',').map((name) => name.trim())))
        .optional(),
    )
    .meta({ description: 'Columns of the answer, separated by commas; all by default' }),
  manifest: flag('false').meta({ description: 'Whether JSON tells everything about its origin' }),
} as const;

type Parameters = z.output<z.ZodObject<typeof answerParameters>>;

const BY_TYPE: readonly (readonly [type: string, encoding: Encoding])[] = [
  ['application/x-ndjson', 'ndjson'],
  ['application/vnd.apache.arrow.stream', 'arrow'],
  ['application/vnd.apache.parquet', 'parquet'],
  ['application/vnd.databento.dbn', 'dbn'],
  ['text/csv', 'csv'],
];

/** @param accept the request's Accept header; it chooses the encoding where no parameter does. */
export function answerOptions(given: Parameters, accept: string | undefined): AnswerOptions {
  const accepted = BY_TYPE.find(([type]) => accept?.includes(type))?.[1] ?? 'json';
  return {
    encoding: given.encoding ?? accepted,
    compression: given.compression,
    price: given.px === 'float' ? 'float' : given.pretty_px ? 'decimal' : 'fixed',
    time: given.pretty_ts ? 'iso' : 'ns',
    mapSymbols: given.map_symbols,
    fields: given.fields,
    manifest: given.manifest,
  };
}

/** Refuses DBN for what is no record of Databento's. @throws Problem */
export function refuseDbn({ encoding }: AnswerOptions): void {
  if (encoding !== 'dbn') return;
  throw new Problem(
    'impossible-request',
    'DBN has no such records',
    'Ask for json, ndjson, csv, arrow or parquet.',
  );
}
