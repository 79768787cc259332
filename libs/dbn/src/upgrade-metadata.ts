import type { DbnMetadata } from './metadata.js';

/** The metadata that stand before upgraded records: version 3, contents unchanged. */
export function upgradeMetadata(metadata: DbnMetadata): DbnMetadata {
  const upgraded: DbnMetadata = { ...metadata, version: 3 };
  delete upgraded.recordCount;
  return upgraded;
}
