import type { DbnMetadata } from './metadata.js';

/** The metadata that stand before upgraded records: version 3, contents unchanged. */
export function upgradeMetadata({ recordCount: _, ...metadata }: DbnMetadata): DbnMetadata {
  return { ...metadata, version: 3 };
}
