import type { BatchHeader } from '@tapeline/contracts';
import { UNDEF_TIMESTAMP } from '@tapeline/records';
import type { ColumnarBatch } from '@tapeline/records';

/** A batch whose records are not what its header says. */
export class BatchMismatchError extends Error {
  readonly code = 'batch_mismatch';
  override readonly name = 'BatchMismatchError';
}

/** Checks that accepted records suit their header. @throws BatchMismatchError */
export function checkAccepted(header: BatchHeader, batch: ColumnarBatch): void {
  checkSchema(header, batch);
  const { batch_id: id, fetched, filtered, quarantined } = header;
  if (batch.length + filtered + quarantined !== fetched) {
    throw new BatchMismatchError(
      `batch ${id}: ${batch.length} accepted + ${quarantined} quarantined + ${filtered} filtered are not the ${fetched} fetched`,
    );
  }
  const row = batch.indexTimestamps().indexOf(UNDEF_TIMESTAMP);
  if (row >= 0) {
    throw new BatchMismatchError(
      `batch ${id}: accepted record ${row} has no ${batch.schema.indexColumn}, by which tables are partitioned; a validation rule has to refuse it`,
    );
  }
}

/** Checks that refused records suit their header and their explanations. @throws BatchMismatchError */
export function checkRefused(
  header: BatchHeader,
  batch: ColumnarBatch,
  rules: readonly string[],
  reasons: readonly string[],
): void {
  checkSchema(header, batch);
  const { batch_id: id, part, quarantined } = header;
  if (rules.length !== batch.length || reasons.length !== batch.length) {
    throw new BatchMismatchError(
      `batch ${id} (${part}): ${batch.length} refused records with ${rules.length} rules and ${reasons.length} reasons; the columns 'rule' and 'reason' must name one for each`,
    );
  }
  if (batch.length > quarantined) {
    throw new BatchMismatchError(
      `batch ${id} (${part}): ${batch.length} refused records, its header says ${quarantined} in all`,
    );
  }
}

function checkSchema(header: BatchHeader, batch: ColumnarBatch): void {
  if (batch.schema.name !== header.schema) {
    throw new BatchMismatchError(
      `batch ${header.batch_id} holds ${batch.schema.name}, its header says ${header.schema}`,
    );
  }
}
