import type { MarketSource } from './market-source.js';
import type { RangePlan } from './plan-range.js';

/** How many records a plan would send. */
export async function countRecords(
  source: MarketSource,
  { query, metadata }: RangePlan,
): Promise<number> {
  const count = await source.count(query);
  return metadata.limit === null ? count : Math.min(count, Number(metadata.limit));
}
