import type { MarketSource } from './market-source.js';
import { resolveSymbols } from './resolve-symbols.js';
import type { SymbolsRequest } from './resolve-symbols.js';

/**
 * What symbols stand for, in the API's own form: the answer of symbology.resolve and a file of batch jobs.
 * @throws ApiError for what is not offered or malformed.
 */
export function describeResolution(source: MarketSource, dataset: string, request: SymbolsRequest) {
  const { result, partial, notFound } = resolveSymbols(
    source.directory(dataset),
    source.conditions(dataset),
    request,
  );
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
