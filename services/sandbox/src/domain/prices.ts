import type { SchemaName } from '@tapeline/records';

/** US dollars for {@link BILLED_UNIT} bytes: made up, in the proportions of a real price list. */
export const UNIT_PRICES: Readonly<Record<SchemaName, number>> = {
  trades: 28,
  tbbo: 24.5,
  'mbp-1': 24.5,
  'ohlcv-1s': 280,
  'ohlcv-1m': 280,
  'ohlcv-1h': 600,
  'ohlcv-1d': 600,
  statistics: 11,
  definition: 5,
};

/** What prices are for: 2^30 bytes of uncompressed records. */
const BILLED_UNIT = 2 ** 30;

export const MODES = ['historical', 'historical-streaming', 'live'] as const;

/** US dollars that uncompressed records cost. */
export const costOf = (schema: SchemaName, bytes: number): number =>
  (bytes / BILLED_UNIT) * UNIT_PRICES[schema];
