/**
 * The schemas of the synthetic markets; the others come from files. Orders would have to add up to the drawn
 * quotes, and consolidated quotes and auctions need several venues or a crossing: none of these is invented.
 */
export const SYNTHETIC_SCHEMAS = [
  'mbp-1',
  'mbp-10',
  'tbbo',
  'trades',
  'bbo-1s',
  'bbo-1m',
  'ohlcv-1s',
  'ohlcv-1m',
  'ohlcv-1h',
  'ohlcv-1d',
  'ohlcv-eod',
  'definition',
  'statistics',
  'status',
] as const;

export type SyntheticSchema = (typeof SYNTHETIC_SCHEMAS)[number];

/** @throws Error for a schema that the synthetic markets do not list. */
export function syntheticSchema(name: string): SyntheticSchema {
  const schema = SYNTHETIC_SCHEMAS.find((known) => known === name);
  if (!schema) throw new Error(`the synthetic markets have no ${name}`);
  return schema;
}
