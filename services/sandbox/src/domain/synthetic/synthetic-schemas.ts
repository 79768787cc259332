/** The schemas of the synthetic markets; the others come from files. */
export const SYNTHETIC_SCHEMAS = [
  'trades',
  'tbbo',
  'mbp-1',
  'ohlcv-1s',
  'ohlcv-1m',
  'ohlcv-1h',
  'ohlcv-1d',
  'statistics',
  'definition',
] as const;

export type SyntheticSchema = (typeof SYNTHETIC_SCHEMAS)[number];

/** @throws Error for a schema that the synthetic markets do not list. */
export function syntheticSchema(name: string): SyntheticSchema {
  const schema = SYNTHETIC_SCHEMAS.find((known) => known === name);
  if (!schema) throw new Error(`the synthetic markets have no ${name}`);
  return schema;
}
