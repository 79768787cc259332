import { batchSubject } from '@tapeline/contracts';
import type { BatchHeader } from '@tapeline/contracts';
import { decodeArrow, encodeArrow } from '@tapeline/records';
import type { DecodedArrow } from '@tapeline/records';
import type { Lookups } from './expressions/index.js';
import type { RuleSet } from './rule-set/rule-set.js';
import { surroundingsOf } from './surroundings-of.js';
import type { OutgoingBatch } from './transform-batch.js';

/** Most refused records of one message: their reasons make them larger than others. */
const QUARANTINE_RECORDS = 1_000;

/** A batch whose counts do not add up to what was fetched. */
export class CountMismatchError extends Error {
  readonly code = 'count_mismatch';
  override readonly name = 'CountMismatchError';
}

/**
 * Checks a batch against the rules of its schema. The accepted records come first, as one batch even
 * if it is empty, since the ledger counts by it; with them goes what all rules did, those of the transform
 * before. Then come the refused ones with rule and reason.
 * @param decoded the payload, if whoever calls has decoded it already.
 * @throws ArrowMismatchError if the payload is no batch of the header's schema.
 * @throws CountMismatchError if records were lost or added since the fetch.
 */
export function validateBatch(
  header: BatchHeader,
  payload: Uint8Array,
  ruleSet: RuleSet,
  lookups?: Lookups,
  decoded: DecodedArrow = decodeArrow(payload),
): OutgoingBatch[] {
  const { batch, outcomes: before } = decoded;
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
  const { validate } = ruleSet.schemas.get(header.schema)!;
  const { accepted, refused, rules, reasons, outcomes } = validate(
    batch,
    surroundingsOf(ruleSet, header.dataset, lookups),
  );
  const passed = {
    ...header,
    quarantined: refused.length,
    rules_version: `${header.rules_version}.${ruleSet.validationVersion}`,
  };
  const outgoing: OutgoingBatch[] = [
    {
      subject: batchSubject('validated', header.dataset, header.schema),
      header: passed,
      payload:
        outcomes.length === 0 ? payload : encodeArrow(accepted, {}, [...before, ...outcomes]),
    },
  ];
  for (let start = 0; start < refused.length; start += QUARANTINE_RECORDS) {
    const end = Math.min(start + QUARANTINE_RECORDS, refused.length);
    outgoing.push({
      subject: batchSubject('quarantined', header.dataset, header.schema),
      header: { ...passed, part: `quarantined.${start / QUARANTINE_RECORDS}` },
      payload: encodeArrow(refused.slice(start, end), {
        rule: rules.slice(start, end),
        reason: reasons.slice(start, end),
      }),
    });
  }
  return outgoing;
}
