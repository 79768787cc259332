import * as api from '@tapeline/historical-api';
import type { SchemaName } from '@tapeline/records';

/** US dollars for 2^30 bytes: made up, in the proportions of a real price list. */
export const UNIT_PRICES: Readonly<Record<SchemaName, number>> = {
  mbo: 1.8,
  'mbp-1': 24.5,
  'mbp-10': 0.5,
  tbbo: 24.5,
  trades: 28,
  'bbo-1s': 24.5,
  'bbo-1m': 24.5,
  'cmbp-1': 0.2,
  'cbbo-1s': 2,
  'cbbo-1m': 2,
  tcbbo: 210,
  'ohlcv-1s': 280,
  'ohlcv-1m': 280,
  'ohlcv-1h': 600,
  'ohlcv-1d': 600,
  'ohlcv-eod': 600,
  definition: 5,
  statistics: 11,
  status: 5,
  imbalance: 15,
};

/** US dollars that uncompressed records cost. */
export const costOf = (schema: SchemaName, bytes: number): number =>
  api.costOf(UNIT_PRICES[schema], bytes);
