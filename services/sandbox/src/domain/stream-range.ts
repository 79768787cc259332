import { compressFrames, encodeMetadata } from '@tapeline/dbn';
import { cutRecords } from './cut-records.js';
import { frameRecords } from './frame-records.js';
import type { MarketSource } from './market-source.js';
import type { RangePlan } from './plan-range.js';

export interface StreamOptions {
  readonly compression: 'zstd' | 'none';
  /** Breaks off in the middle of the record after so many. */
  readonly cutAfterRecords?: number | undefined;
}

/** A plan's DBN: the metadata, then the records; each part a zstd frame of its own, or plain. */
export function streamRange(
  source: MarketSource,
  plan: RangePlan,
  { compression, cutAfterRecords }: StreamOptions,
): AsyncGenerator<Uint8Array> {
  const parts = dbnParts(source, plan);
  if (cutAfterRecords !== undefined) {
    const recordSize = plan.query.schema.recordSize[plan.metadata.version];
    return cutRecords(parts, recordSize, cutAfterRecords, compression);
  }
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
