import { ALL_SYMBOLS } from '@tapeline/contracts';
import type { StypeIn } from '@tapeline/contracts';
import { impliedEnd, parseTimestamp } from '@tapeline/records';
import { z } from 'zod';
import { dataset, flag, parseFields, stypeIn, stypeOut, symbols, time } from './request-fields.js';
import type { Fields } from './request-fields.js';
import type { StypeOut } from './symbols.js';

/** A request for records, its fields well-formed. */
export interface RangeRequest {
  readonly dataset: string;
  readonly schema: string;
  readonly symbols: readonly string[];
  readonly stypeIn: StypeIn;
  readonly stypeOut: StypeOut;
  /** Nanoseconds of the index timestamp. */
  readonly start: bigint;
  /** Undefined if there is none and none follows from the form of the start. */
  readonly end: bigint | undefined;
  readonly limit: number | undefined;
}

/** What every call about a range of records has. */
export const rangeFields = z.object({
  dataset,
  schema: z.string().min(1).default('trades'),
  symbols: symbols.default([ALL_SYMBOLS]),
  stype_in: stypeIn.default('raw_symbol'),
  stype_out: stypeOut.default('instrument_id'),
  start: time,
  end: time.optional(),
  limit: z.coerce.number().int().positive().optional(),
});

/** @throws FieldsError */
export function parseRange(fields: Fields): RangeRequest {
  const given = parseFields(rangeFields, fields);
  return {
    dataset: given.dataset,
    schema: given.schema,
    symbols: given.symbols,
    stypeIn: given.stype_in,
    stypeOut: given.stype_out,
    start: parseTimestamp(given.start),
    end: given.end === undefined ? impliedEnd(given.start) : parseTimestamp(given.end),
    limit: given.limit,
  };
}

/** How the records of timeseries.get_range are to be written. */
export const outputFields = z.object({
  encoding: z.enum(['dbn', 'csv', 'json']).default('csv'),
  compression: z.enum(['zstd', 'none']).default('none'),
  pretty_px: flag.default(false),
  pretty_ts: flag.default(false),
  map_symbols: flag.default(false),
});

export type RangeOutput = z.output<typeof outputFields>;

/** @throws FieldsError */
export const parseOutput = (fields: Fields): RangeOutput => parseFields(outputFields, fields);
