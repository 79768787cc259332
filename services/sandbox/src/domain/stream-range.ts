import { compressFrames, encodeMetadata } from '@tapeline/dbn';
import { frameRecords } from './frame-records.js';
import type { MarketSource } from './market-source.js';
import type { RangePlan } from './plan-range.js';

/** A plan's DBN: the metadata, then the records; each part a zstd frame of its own, or plain. */
export function streamRange(
  source: MarketSource,
  plan: RangePlan,
  compression: 'zstd' | 'none',
): AsyncGenerator<Uint8Array> {
  const parts = dbnParts(source, plan);
  return compression === 'zstd' ? compressFrames(parts) : parts;
}

async function* dbnParts(
  source: MarketSource,
  { query, metadata }: RangePlan,
): AsyncGenerator<Uint8Array> {
  yield encodeMetadata(metadata);
  const limit = metadata.limit === null ? Infinity : Number(metadata.limit);
  yield* frameRecords(source.records(query), query.schema, limit);
}
