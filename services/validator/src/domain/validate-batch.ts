import { batchSubject } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeArrow, encodeArrow } from '@tapeline/records';
import type { SchemaName } from '@tapeline/records';
import type { Validate } from '@tapeline/rules';

/** What the validator goes by: the compiled rules of each schema and their version. */
export interface ValidationRules {
  readonly validations: ReadonlyMap<SchemaName, Validate>;
  readonly version: string;
}

/** A batch ready for the next subject. */
export interface OutgoingBatch {
  readonly subject: string;
  readonly header: BatchHeader;
  readonly payload: Uint8Array;
}

/** Most refused records of one message: their reasons make them larger than others. */
const QUARANTINE_RECORDS = 1_000;

/** A batch whose counts do not add up to what was fetched. */
export class CountMismatchError extends Error {
  readonly code = 'count_mismatch';
  override readonly name = 'CountMismatchError';
}

/**
 * Checks a batch against the rules of its schema. The accepted records come first, as one batch even
 * if it is empty, since the ledger counts by it; then the refused ones with rule and reason.
 * @throws ArrowMismatchError if the payload is no batch of the header's schema.
 * @throws CountMismatchError if records were lost or added since the fetch.
 */
export function validateBatch(
  header: BatchHeader,
  payload: Uint8Array,
  rules: ValidationRules,
): OutgoingBatch[] {
  const { batch } = decodeArrow(payload);
  if (batch.schema.name !== header.schema) {
    throw new CountMismatchError(
      `batch ${header.batch_id} holds ${batch.schema.name}, its header says ${header.schema}`,
    );
  }
  if (batch.length + header.filtered !== header.fetched) {
    throw new CountMismatchError(
      `batch ${header.batch_id} holds ${batch.length} records and ${header.filtered} were filtered, but ${header.fetched} were fetched`,
    );
  }
  const validate = rules.validations.get(header.schema);
  if (!validate) throw new Error(`no validation rules for ${header.schema}`);
  const { accepted, refused, rules: names, reasons } = validate(batch);
  const passed = {
    ...header,
    quarantined: refused.length,
    rules_version: `${header.rules_version}.${rules.version}`,
  };
  const outgoing: OutgoingBatch[] = [
    {
      subject: batchSubject('validated', header.dataset, header.schema),
      header: passed,
      payload: refused.length === 0 ? payload : encodeArrow(accepted),
    },
  ];
  for (let start = 0; start < refused.length; start += QUARANTINE_RECORDS) {
    const end = Math.min(start + QUARANTINE_RECORDS, refused.length);
    outgoing.push({
      subject: batchSubject('quarantined', header.dataset, header.schema),
      header: { ...passed, part: `quarantined.${start / QUARANTINE_RECORDS}` },
      payload: encodeArrow(refused.slice(start, end), {
        rule: names.slice(start, end),
        reason: reasons.slice(start, end),
      }),
    });
  }
  return outgoing;
}
