import type { Resolution, SymbolsRequest } from '@tapeline/historical-api';
import type { MarketSource } from './market-source.js';
import { resolveSymbols } from './resolve-symbols.js';
import type { Interval } from './resolve-symbols.js';

/** What symbols of a dataset stand for. @throws ApiError for what is not offered or malformed. */
export const resolveRequest = (
  source: MarketSource,
  dataset: string,
  request: SymbolsRequest,
): Resolution<Interval> =>
  resolveSymbols(source.directory(dataset), source.conditions(dataset), request);
