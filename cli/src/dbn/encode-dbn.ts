import { encodeMetadata, encodeRecords, upgradeMetadata } from '@tapeline/dbn';
import type { DbnMetadata } from '@tapeline/dbn';
import { isSchemaName, SCHEMAS } from '@tapeline/records';
import type { RecordName } from '@tapeline/records';
import { columnsOf } from './select-records.js';
import type { SelectedRecords } from './select-records.js';

export interface DbnOutput {
  /** Whether records of older versions become those of version 3; otherwise their bytes stay. */
  readonly upgrade: boolean;
  /** Whether the records come without metadata, as they came in. */
  readonly isFragment: boolean;
  readonly schema: RecordName | undefined;
  readonly limit: number;
}

/** DBN, uncompressed. */
export async function* dbnBytes(
  metadata: DbnMetadata,
  records: AsyncIterable<SelectedRecords>,
  output: DbnOutput,
): AsyncGenerator<Uint8Array> {
  const isUpgraded = output.upgrade && metadata.version < 3;
  const version = isUpgraded ? 3 : metadata.version;
  if (!output.isFragment) {
    const selected = selectedMetadata(metadata, output);
    yield encodeMetadata(isUpgraded ? upgradeMetadata(selected) : selected);
  }
  for await (const selected of records) {
    if (isUpgraded) {
      yield encodeRecords(columnsOf(selected), version);
    } else {
      const { bytes, stride } = selected.batch.block;
      yield bytes.subarray(0, selected.length * stride);
    }
  }
}

/** Metadata that tell of the selection, as Databento's own tool does. */
function selectedMetadata(metadata: DbnMetadata, { schema, limit }: DbnOutput): DbnMetadata {
  const before = metadata.limit ?? Infinity;
  return {
    ...metadata,
    ...(schema !== undefined && isSchemaName(schema) && { schema: SCHEMAS[schema].code }),
    ...(limit < before && { limit: BigInt(limit) }),
  };
}
