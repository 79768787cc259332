import type { DbnMetadata } from '@tapeline/dbn';
import type { DbnVersion, SchemaDescription } from '@tapeline/records';
import type { TimeRange } from './historical-source.js';
import type { RangeRequest } from './range-request.js';
import type { Resolution } from './symbols.js';

/** The resolution of a request for every symbol: Databento does not list what there is. */
export const EVERYTHING: Resolution<never> = { result: new Map(), partial: [], notFound: [] };

/** What stands before the records of a range: what was asked, and what symbols stand for. */
export function rangeMetadata(
  request: Omit<RangeRequest, 'schema' | 'start' | 'end'> & TimeRange,
  schema: SchemaDescription,
  { result, partial, notFound }: Resolution,
  version: DbnVersion,
): DbnMetadata {
  return {
    version,
    dataset: request.dataset,
    schema: schema.code,
    start: request.start,
    end: request.end,
    limit: request.limit === undefined ? null : BigInt(request.limit),
    stypeIn: request.stypeIn,
    stypeOut: request.stypeOut,
    tsOut: false,
    symbols: [...request.symbols],
    partial: [...partial],
    notFound: [...notFound],
    mappings: [...result].map(([rawSymbol, intervals]) => ({
      rawSymbol,
      intervals: intervals.map(({ d0, d1, s }) => ({ startDate: d0, endDate: d1, symbol: s })),
    })),
  };
}
