import type { Resolution, SymbolsRequest } from './symbols.js';

/** What symbols stand for, in the API's own form: the answer of symbology.resolve and a file of batch jobs. */
export function describeResolution(
  { result, partial, notFound }: Resolution,
  request: SymbolsRequest,
) {
  const status = result.size === 0 ? 2 : partial.length + notFound.length > 0 ? 1 : 0;
  return {
    result: Object.fromEntries(
      [...result].map(([key, intervals]) => [
        key,
        intervals.map(({ d0, d1, s }) => ({ d0, d1, s })),
      ]),
    ),
    symbols: request.symbols,
    stype_in: request.stypeIn,
    stype_out: request.stypeOut,
    start_date: request.from,
    end_date: request.to,
    partial,
    not_found: notFound,
    message: ['OK', 'Partially resolved', 'Not found'][status],
    status,
  };
}
